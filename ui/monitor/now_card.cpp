// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/now_card.h"

#include "ui/monitor/run_feed.h"
#include "ui/monitor/run_pace.h"
#include "ui/monitor/validation_model.h"
#include "widgets/controls/table_header.h"

#include <QTableView>

namespace concertina {

namespace {

constexpr int rowHeight = 24;

} // namespace

NowCard::NowCard(QWidget* parent) : Card(tr("Now"), parent), m_model(new ValidationModel(this)) {
    auto* table = new QTableView;
    table->setHorizontalHeader(new TableHeader(table));
    table->setModel(m_model);
    table->setFrameShape(QFrame::NoFrame);
    table->setShowGrid(false);
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setAccessibleName(tr("Last and best validation"));
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setDefaultSectionSize(rowHeight);
    QPalette onCard = table->palette();
    onCard.setColor(QPalette::Base, Qt::transparent);
    table->setPalette(onCard);
    table->viewport()->setAutoFillBackground(false);
    QHeaderView* header = table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionResizeMode(ValidationModel::Name, QHeaderView::Stretch);
    // The longest values have room from the start, so that nothing moves.
    const QFontMetrics metrics(font());
    header->resizeSection(ValidationModel::Last,
                          metrics.horizontalAdvance(QStringLiteral("00.000 m")) + 24);
    header->resizeSection(ValidationModel::Best,
                          metrics.horizontalAdvance(QStringLiteral("00.000 m")) + 24);
    header->resizeSection(ValidationModel::BestStep,
                          metrics.horizontalAdvance(QStringLiteral("100,000")) + 28);
    setBody(table);
}

void NowCard::show(const ExperimentSpec& spec, const Catalogue& catalogue, const RunFeed& feed) {
    m_model->show(spec, catalogue, feed.series());
    setNote(
        feed.checkpoint()
            ? tr("last checkpoint at step %1").arg(groupedNumber(feed.checkpoint()->position.step))
            : tr("no checkpoint yet"));
}

} // namespace concertina
