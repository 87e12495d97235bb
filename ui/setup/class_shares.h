// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/data_survey.h"
#include "core/values/frame.h"

#include <QWidget>

class QToolButton;
class QTreeWidget;

namespace concertina {

class ShareBar;
class TonedLabel;

/// One target of a dataset: its name, what it is of, and, once its split was counted, how much each
/// class has: as a bar, and on demand as a list by names.
class ClassShares : public QWidget {
    Q_OBJECT

public:
    explicit ClassShares(QWidget* parent = nullptr);

    /// `what`: "13 classes", "depth".
    void setTarget(const QString& name, const QString& what);

    /// Shows what was counted of the target at `target` of the survey; nothing where it is null.
    void setSurvey(const DataSurvey* survey, std::size_t target);

    int labelWidth() const; ///< that the name needs
    void setLabelWidth(int width);

    ShareBar* bar() const { return m_bar; }
    QToolButton* more() const { return m_more; }
    QTreeWidget* list() const { return m_list; }

Q_SIGNALS:
    /// Samples with this class are wanted.
    void classChosen(int index);

private:
    void fillList(const DataSurvey& survey, std::size_t target);

    TonedLabel* m_name;
    TonedLabel* m_what;
    ShareBar* m_bar;
    QToolButton* m_more;
    QTreeWidget* m_list;
};

/// "13 classes", "1 quantity"; what else a target is of: "depth".
QString targetText(const DatasetSummary::Target& target);

} // namespace concertina
