// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/field.h"

#include <QLineEdit>

namespace concertina {

/// A line for a number, a list or a text, with its unit at the right end. Up and Down step numbers
/// (with Shift ten times as far); files that are dropped on it become their paths. Undo is left to
/// the owner of the value.
class ValueEdit : public QLineEdit {
    Q_OBJECT

public:
    explicit ValueEdit(const FieldInfo& field, QWidget* parent = nullptr);

    /// A mark around the line while what stands in it cannot be used.
    void setWrong(bool wrong);
    bool isWrong() const { return m_wrong; }

    /// The number one step up (1) or down (−1): whole numbers by 1, others along 1, 2, 5, 10, …;
    /// within the field's range. None where the text is no number.
    static std::optional<QString> stepped(const FieldInfo& field, const QString& text, int direction,
                                          bool far);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    bool isNumber() const;

    FieldInfo m_field;
    bool m_wrong = false;
};

} // namespace concertina
