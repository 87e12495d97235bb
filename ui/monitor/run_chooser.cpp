// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/run_chooser.h"

#include "core/values/presets.h"
#include "db/store.h"
#include "ui/runs/run_facts.h"
#include "ui/runs/run_text.h"
#include "ui/store/store_access.h"
#include "widgets/controls/card.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHeaderView>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <iterator>

namespace concertina {

namespace {

constexpr std::ptrdiff_t mostRuns = 8;
constexpr int idRole = Qt::UserRole;

} // namespace

RunChooser::RunChooser(const PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_text(new TonedLabel(ColorRole::MutedText)),
      m_runs(new QTreeWidget) {
    auto* title = new TonedLabel(ColorRole::Text, tr("No run is open"));
    title->setFont(titleFont());
    title->setAlignment(Qt::AlignHCenter);
    m_text->setAlignment(Qt::AlignHCenter);
    m_text->setWordWrap(true);

    m_runs->setHeader(new TableHeader);
    m_runs->setHeaderLabels({tr("Latest runs"), tr("State"), tr("Created")});
    m_runs->setRootIsDecorated(false);
    m_runs->setUniformRowHeights(true);
    m_runs->setFrameShape(QFrame::NoFrame);
    m_runs->setTextElideMode(Qt::ElideRight);
    m_runs->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_runs->setAccessibleName(tr("Latest runs"));
    m_runs->header()->setStretchLastSection(false);
    m_runs->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_runs->header()->resizeSection(1, 190);
    m_runs->header()->resizeSection(2, 140);
    auto* card = new Card;
    card->setBody(m_runs);
    card->setFixedSize(640, 290);

    auto* setUp = new QPushButton(tr("Set up the demo"));
    setUp->setToolTip(tr("Opens the embedded experiment in Set-up; nothing is started yet"));
    setUp->setDefault(true);
    setUp->setFixedHeight(ControlHeight + 4);
    auto* all = new QPushButton(tr("All runs"));
    all->setFixedHeight(ControlHeight + 4);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(all);
    buttons->addWidget(setUp);
    buttons->addStretch(1);

    auto* column = new QVBoxLayout(this);
    column->setSpacing(2 * GridUnit);
    column->addStretch(1);
    column->addWidget(title);
    column->addWidget(m_text);
    column->addWidget(card, 0, Qt::AlignHCenter);
    column->addLayout(buttons);
    column->addStretch(2);

    const auto open = [this](QTreeWidgetItem* item) {
        Q_EMIT chosen(item->data(0, idRole).toString().toStdString());
    };
    connect(m_runs, &QTreeWidget::itemActivated, this, open);
    connect(m_runs, &QTreeWidget::itemClicked, this, open);
    connect(setUp, &QPushButton::clicked, this, &RunChooser::setUp);
    connect(all, &QPushButton::clicked, this, [this] { m_context.navigator.open(ListRuns{}); });
    connect(&context.store, &StoreAccess::storeChanged, this, &RunChooser::read);
    list({});
}

void RunChooser::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    read();
}

void RunChooser::read() {
    m_stale = true;
    if (m_reading || !isVisible())
        return;
    m_reading = true;
    m_stale = false;
    m_context.store.call(
        this,
        [](Store& store) -> Expected<std::vector<Listed>> {
            const auto runs = store.runs();
            if (!runs)
                return failure(runs.error());
            RunFactsReader facts;
            facts.begin();
            std::vector<Listed> latest;
            for (auto run = runs->rbegin(); run != runs->rend() && std::ssize(latest) < mostRuns;
                 ++run)
                latest.push_back({*run, facts.of(store, *run).cut});
            return latest;
        },
        [this](const Expected<std::vector<Listed>>& runs) {
            m_reading = false;
            if (runs) {
                list(*runs);
            } else {
                m_runs->clear();
                m_text->setText(toQt(toText(runs.error())));
            }
            if (m_stale)
                read();
        });
}

void RunChooser::list(const std::vector<Listed>& runs) {
    m_text->setText(
        runs.empty()
            ? tr("Curves, progress and predictions of a run will be here, while it trains and "
                 "afterwards.\nThere is no run in this store yet.")
            : tr("Curves, progress and predictions of a run will be here, while it trains and "
                 "afterwards."));
    m_runs->parentWidget()->setVisible(!runs.empty());
    const auto* current = m_runs->currentItem();
    const QString kept = current != nullptr ? current->data(0, idRole).toString() : QString();
    m_runs->clear();
    for (const auto& [run, cut] : runs) {
        const QString state = stateWords(run, cut);
        auto* item = new QTreeWidgetItem(
            m_runs, {toQt(run.name).simplified(), state.simplified(), timeText(run.created)});
        item->setData(0, idRole, toQt(run.id));
        item->setSizeHint(0, {0, 30});
        item->setToolTip(0, toQt(run.name).toHtmlEscaped());
        item->setToolTip(1, state.toHtmlEscaped());
        if (kept == toQt(run.id))
            m_runs->setCurrentItem(item);
    }
}

void RunChooser::setUp() {
    for (const EmbeddedText& preset : presets())
        if (preset.name == "rooms-demo") {
            m_context.navigator.open(
                EditSpec{readSpecText(preset.text).spec, tr("the embedded demo")});
            return;
        }
}

} // namespace concertina
