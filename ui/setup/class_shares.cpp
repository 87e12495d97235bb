// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/class_shares.h"

#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/pictures/share_bar.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int MostListedRows = 14; ///< before it scrolls
constexpr int SwatchColumn = 12;

QIcon swatchIcon(const QColor& color, const QWidget& widget) {
    const double scale = widget.devicePixelRatioF();
    QPixmap pixmap(QSize(SwatchColumn, SwatchColumn) * scale);
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    drawSwatch(painter, {0, 0, SwatchColumn, SwatchColumn}, color, widget.palette());
    return QIcon(pixmap);
}

QString sampleCount(int samples) {
    return samples == 1
               ? ClassShares::tr("1 sample")
               : ClassShares::tr("%1 samples").arg(QLocale(QLocale::English).toString(samples));
}

QString countedShare(double share) {
    return share > 0 ? classShareText(share) : QStringLiteral("0 %");
}

/// The larger first.
std::vector<ClassShare> bySize(std::vector<ClassShare> shares) {
    std::ranges::stable_sort(shares, std::greater(), &ClassShare::share);
    return shares;
}

} // namespace

QString targetText(const DatasetSummary::Target& target) {
    const int names = target.classes;
    if (names == 0)
        return toQt(target.kind->label()).toLower();
    if (target.count == NamesCount::Values)
        return names == 1 ? ClassShares::tr("1 quantity")
                          : ClassShares::tr("%1 quantities").arg(names);
    return names == 1 ? ClassShares::tr("1 class") : ClassShares::tr("%1 classes").arg(names);
}

ClassShares::ClassShares(QWidget* parent)
    : QWidget(parent),
      m_name(new TonedLabel(ColorRole::Text)),
      m_what(new TonedLabel(ColorRole::MutedText)),
      m_bar(new ShareBar),
      m_more(new QToolButton),
      m_list(new QTreeWidget) {
    auto* line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(GridUnit);
    line->addWidget(m_name);
    line->addWidget(m_what, 1);
    line->addWidget(m_bar, 4);
    line->addWidget(m_more);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(m_list);
    m_what->setFont(smallFont());
    m_what->setElided(true);
    m_more->setArrowType(Qt::RightArrow);
    m_more->setAutoRaise(true);
    m_more->setCheckable(true);
    m_more->setFocusPolicy(Qt::StrongFocus);
    m_list->setColumnCount(3);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setHeaderHidden(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFont(smallFont());
    m_list->setIconSize({SwatchColumn, SwatchColumn});
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (const int numbers : {1, 2})
        m_list->header()->setSectionResizeMode(numbers, QHeaderView::ResizeToContents);
    m_list->setToolTip(tr("Enter or a double click shows the samples that have the class"));
    connect(m_more, &QToolButton::toggled, this, [this](bool open) {
        m_more->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_list->setVisible(open);
    });
    connect(m_list, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
        if (const QVariant index = item->data(0, Qt::UserRole); index.isValid())
            Q_EMIT classChosen(index.toInt());
    });
    m_list->hide();
    setSurvey(nullptr, 0);
}

void ClassShares::setTarget(const QString& name, const QString& what) {
    m_name->setText(name);
    m_what->setText(what);
    m_bar->setAccessibleName(tr("Shares of the classes of %1").arg(name));
    m_list->setAccessibleName(tr("Classes of %1").arg(name));
    m_more->setAccessibleName(tr("Names and numbers of %1").arg(name));
    m_more->setToolTip(m_more->accessibleName());
}

void ClassShares::setSurvey(const DataSurvey* survey, std::size_t target) {
    const bool isCounted = survey != nullptr && target < survey->targets.size()
                           && survey->targets[target].count != NamesCount::Nothing;
    const bool isOfClasses = isCounted && survey->targets[target].isOfClasses();
    m_bar->setVisible(isOfClasses);
    m_more->setVisible(isCounted);
    m_list->setVisible(isCounted && m_more->isChecked());
    if (!isCounted)
        return;
    const DataSurvey::Target& counted = survey->targets[target];
    std::vector<ShareBar::Part> parts;
    for (const ClassShare& share : bySize(classShares(*survey, target))) {
        const ClassInfo& info = counted.names[static_cast<std::size_t>(share.index)];
        if (share.share > 0)
            parts.push_back(
                {QStringLiteral("%1 %2, %3")
                     .arg(toQt(info.name), classShareText(share.share), sampleCount(share.samples)),
                 toQColor(info.color), share.share});
    }
    m_bar->setParts(std::move(parts));
    fillList(*survey, target);
}

void ClassShares::fillList(const DataSurvey& survey, std::size_t target) {
    const DataSurvey::Target& counted = survey.targets[target];
    const int scrolled = m_list->currentIndex().row();
    m_list->clear();
    const auto add = [&](int index, const QString& value, int samples, bool isClass) {
        const ClassInfo& info = counted.names[static_cast<std::size_t>(index)];
        auto* item = new QTreeWidgetItem(m_list, {toQt(info.name), value, sampleCount(samples)});
        item->setIcon(0, swatchIcon(toQColor(info.color), *m_list));
        item->setToolTip(0, item->text(0));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        if (isClass)
            item->setData(0, Qt::UserRole, index);
    };
    for (const ClassShare& share : bySize(classShares(survey, target)))
        add(share.index, countedShare(share.share), share.samples, true);
    for (const QuantitySpread& spread : quantitySpreads(survey, target))
        add(spread.index,
            spread.samples == 0
                ? QStringLiteral("–")
                : tr("%1 to %2, mean %3")
                      .arg(toQt(digitsText(spread.least, 4)), toQt(digitsText(spread.most, 4)),
                           toQt(digitsText(spread.mean, 4))),
            spread.samples, false);
    const int rows = std::clamp(m_list->topLevelItemCount(), 1, MostListedRows);
    m_list->setFixedHeight(rows * std::max(18, m_list->sizeHintForRow(0)) + 4);
    if (scrolled >= 0 && scrolled < m_list->topLevelItemCount())
        m_list->setCurrentItem(m_list->topLevelItem(scrolled));
}

int ClassShares::labelWidth() const {
    return m_name->sizeHint().width();
}

void ClassShares::setLabelWidth(int width) {
    m_name->setFixedWidth(width);
}

} // namespace concertina
