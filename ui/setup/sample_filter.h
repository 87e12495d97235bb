// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/data_survey.h"
#include "core/values/frame.h"

#include <QWidget>

#include <cstddef>
#include <string>
#include <vector>

class QComboBox;
class QLineEdit;

namespace concertina {

class TonedLabel;

/// Which samples of a split are wanted. All conditions hold.
struct SampleFilter {
    enum class Having { Anything, Class, NoTarget, Damage };

    Having having = Having::Anything;
    std::size_t target = 0; ///< of the dataset: that has the class, or is lacking
    int index = 0;          ///< of the class
    QString name;           ///< a part of it, whatever the case of its letters

    bool operator==(const SampleFilter&) const = default;

    /// Whether it asks what samples have, which has to be counted.
    bool needsSurvey() const { return having != Having::Anything; }
};

/// The samples that a filter lets through, in the order of the split. Of what is not counted yet,
/// none where that is asked for.
std::vector<int> matching(const SampleFilter& filter, const std::vector<QString>& names,
                          const DataSurvey* survey);

/// The controls of a filter: which split, what samples have, and a part of the name; at the end how
/// many there are.
class SampleFilterBar : public QWidget {
    Q_OBJECT

public:
    explicit SampleFilterBar(QWidget* parent = nullptr);

    /// What can be chosen; what is chosen stays where it is still there, else the split is `split`.
    void setDataset(const DatasetSummary& dataset, const std::string& split);

    /// Classes with how many samples have each, as far as they were counted.
    void setSurvey(const DataSurvey* survey);

    void setCount(const QString& text);

    std::string split() const;
    SampleFilter filter() const;
    void setFilter(const std::string& split, const SampleFilter& filter);

    QComboBox* splits() const { return m_split; }
    QComboBox* having() const { return m_having; }
    QComboBox* classes() const { return m_class; }
    QLineEdit* name() const { return m_name; }
    TonedLabel* count() const { return m_count; }

Q_SIGNALS:
    void splitChosen();
    void filterChanged();

private:
    void chooseHaving();
    void fillClasses();

    DatasetSummary m_dataset;
    DataSurvey m_counted; ///< of the targets and their classes; its samples are not kept
    std::vector<std::vector<ClassShare>> m_shares; ///< a target
    QComboBox* m_split;
    QComboBox* m_having;
    QComboBox* m_class;
    QLineEdit* m_name;
    TonedLabel* m_count;
};

/// "795 samples", with separators.
QString samplesText(int samples);

} // namespace concertina
