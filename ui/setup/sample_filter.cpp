// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/sample_filter.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>

#include <algorithm>

namespace concertina {

namespace {

/// Of an entry: what samples have, and the target that it is about.
constexpr int HavingRole = Qt::UserRole;
constexpr int TargetRole = Qt::UserRole + 1;

bool lets(const SampleFilter& filter, const SurveyedSample& sample) {
    switch (filter.having) {
    case SampleFilter::Having::Anything: return true;
    case SampleFilter::Having::Class: return sample.hasClass(filter.target, filter.index);
    case SampleFilter::Having::NoTarget: return sample.lacks(filter.target);
    case SampleFilter::Having::Damage: return sample.problem.has_value();
    }
    return false;
}

} // namespace

QString samplesText(int samples) {
    return samples == 1
               ? SampleFilterBar::tr("1 sample")
               : SampleFilterBar::tr("%1 samples").arg(QLocale(QLocale::English).toString(samples));
}

std::vector<int> matching(const SampleFilter& filter, const std::vector<QString>& names,
                          const DataSurvey* survey) {
    const std::size_t counted = survey == nullptr ? 0 : survey->samples.size();
    std::vector<int> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (filter.needsSurvey() && (i >= counted || !lets(filter, survey->samples[i])))
            continue;
        if (filter.name.isEmpty() || names[i].contains(filter.name, Qt::CaseInsensitive))
            found.push_back(static_cast<int>(i));
    }
    return found;
}

SampleFilterBar::SampleFilterBar(QWidget* parent)
    : QWidget(parent),
      m_split(new QComboBox),
      m_having(new QComboBox),
      m_class(new QComboBox),
      m_name(new QLineEdit),
      m_count(new TonedLabel(ColorRole::MutedText)) {
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(GridUnit);
    line->addWidget(m_split);
    line->addWidget(m_having);
    line->addWidget(m_class);
    line->addWidget(m_name, 1);
    line->addWidget(m_count);
    m_split->setAccessibleName(tr("Split"));
    m_split->setToolTip(tr("Which split is shown"));
    m_having->setAccessibleName(tr("Samples that have or lack something"));
    m_having->setToolTip(
        tr("All samples, or those that have a class, lack a target or are damaged"));
    m_class->setAccessibleName(tr("Class"));
    m_class->setToolTip(tr("Samples that have this class"));
    m_name->setAccessibleName(tr("Part of a sample's name"));
    m_name->setPlaceholderText(tr("Name contains…"));
    m_name->setClearButtonEnabled(true);
    m_name->setMinimumWidth(120);
    for (QComboBox* box : {m_split, m_having, m_class})
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_class->setMaxVisibleItems(24);
    m_class->hide();
    connect(m_split, &QComboBox::activated, this, &SampleFilterBar::splitChosen);
    connect(m_having, &QComboBox::activated, this, [this] {
        chooseHaving();
        Q_EMIT filterChanged();
    });
    connect(m_class, &QComboBox::activated, this, &SampleFilterBar::filterChanged);
    connect(m_name, &QLineEdit::textChanged, this, &SampleFilterBar::filterChanged);
}

void SampleFilterBar::setDataset(const DatasetSummary& dataset, const std::string& split) {
    const std::string shown = m_split->count() > 0 ? this->split() : split;
    const SampleFilter before = filter();
    m_dataset = dataset;
    m_counted = {};
    m_shares.clear();
    m_split->clear();
    for (const auto& one : dataset.splits)
        m_split->addItem(QStringLiteral("%1 · %2").arg(toQt(one.name), samplesText(one.samples)),
                         toQt(one.name));
    m_having->clear();
    const auto add = [&](const QString& text, SampleFilter::Having having, std::size_t target) {
        m_having->addItem(text, static_cast<int>(having));
        m_having->setItemData(m_having->count() - 1, static_cast<int>(target), TargetRole);
    };
    add(tr("All samples"), SampleFilter::Having::Anything, 0);
    for (std::size_t t = 0; t < dataset.targets.size(); ++t)
        if (const auto& target = dataset.targets[t];
            target.count == NamesCount::Pixels || target.count == NamesCount::Pictures)
            add(tr("With a class of %1").arg(toQt(target.name)), SampleFilter::Having::Class, t);
    for (std::size_t t = 0; t < dataset.targets.size(); ++t)
        add(tr("Without %1").arg(toQt(dataset.targets[t].name)), SampleFilter::Having::NoTarget, t);
    add(tr("Damaged"), SampleFilter::Having::Damage, 0);
    m_class->clear();
    setFilter(shown, before);
    if (m_split->currentIndex() < 0)
        m_split->setCurrentIndex(std::max(0, m_split->findData(toQt(split))));
}

void SampleFilterBar::setFilter(const std::string& split, const SampleFilter& filter) {
    m_split->setCurrentIndex(m_split->findData(toQt(split)));
    int chosen = 0;
    for (int i = 0; i < m_having->count(); ++i)
        if (m_having->itemData(i, HavingRole).toInt() == static_cast<int>(filter.having)
            && m_having->itemData(i, TargetRole).toInt() == static_cast<int>(filter.target))
            chosen = i;
    m_having->setCurrentIndex(chosen);
    {
        const QSignalBlocker quiet(m_name);
        m_name->setText(filter.name);
    }
    chooseHaving();
    if (const int at = m_class->findData(filter.index); at >= 0)
        m_class->setCurrentIndex(at);
}

void SampleFilterBar::setSurvey(const DataSurvey* survey) {
    m_counted = {};
    m_shares.clear();
    if (survey != nullptr) {
        m_counted.targets = survey->targets;
        for (std::size_t t = 0; t < survey->targets.size(); ++t)
            m_shares.push_back(classShares(*survey, t));
    }
    fillClasses();
}

void SampleFilterBar::chooseHaving() {
    m_class->setVisible(filter().having == SampleFilter::Having::Class);
    m_class->clear();
    fillClasses();
}

void SampleFilterBar::fillClasses() {
    const SampleFilter chosen = filter();
    const int count =
        chosen.target < m_dataset.targets.size() ? m_dataset.targets[chosen.target].classes : 0;
    if (chosen.having != SampleFilter::Having::Class)
        return;
    const bool isKnown = chosen.target < m_counted.targets.size();
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        QString text = tr("class %1").arg(i);
        QColor swatch;
        if (isKnown && at < m_counted.targets[chosen.target].names.size()) {
            const ClassInfo& info = m_counted.targets[chosen.target].names[at];
            text = QStringLiteral("%1 · %2").arg(toQt(info.name),
                                                 samplesText(m_shares[chosen.target][at].samples));
            swatch = toQColor(info.color);
        }
        if (i >= m_class->count())
            m_class->addItem(text, i);
        m_class->setItemText(i, text);
        if (swatch.isValid())
            m_class->setItemData(i, swatch, Qt::DecorationRole);
    }
}

void SampleFilterBar::setCount(const QString& text) {
    m_count->setText(text);
}

std::string SampleFilterBar::split() const {
    return m_split->currentData().toString().toStdString();
}

SampleFilter SampleFilterBar::filter() const {
    SampleFilter filter{.name = m_name->text().trimmed()};
    if (m_having->currentIndex() < 0)
        return filter;
    filter.having = static_cast<SampleFilter::Having>(m_having->currentData(HavingRole).toInt());
    filter.target = static_cast<std::size_t>(m_having->currentData(TargetRole).toInt());
    if (filter.having == SampleFilter::Having::Class)
        filter.index = std::max(0, m_class->currentIndex());
    return filter;
}

} // namespace concertina
