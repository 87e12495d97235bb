// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec_places.h"

#include <QWidget>

#include <optional>

class QToolButton;

namespace concertina {

inline constexpr int ShortestLabel = 60; ///< of a field, in a narrow form

class FieldEditor;
class TonedLabel;

/// One place of a spec: its label, an editor, a way back to the default, and what is wrong with it
/// right below. A label in full colour says that the value is not the default.
class FieldRow : public QWidget {
    Q_OBJECT

public:
    FieldRow(const SpecPlace& place, const Catalogue& catalogue, QWidget* parent = nullptr);

    /// Whether this row can show the place: the same path, and described the same.
    bool fits(const SpecPlace& place) const;

    /// Shows the place's value, or, where there is one, the text that is no value.
    void setPlace(const SpecPlace& place, const std::optional<QString>& refused);

    /// Labels stand in one column: how wide this one would be, and what it gets.
    int neededLabelWidth() const;
    void setLabelWidth(int width);

    /// Labels give way where the form is narrow.
    QSize minimumSizeHint() const override;

    void setProblem(const QString& problem);
    const QString& problem() const { return m_problem; }

    /// What is known of the value, below it: a button with a tip; empty: nothing.
    void setNote(const QString& note, const QString& tip = {});
    QToolButton* noteButton() const { return m_note; }

    const SpecPlace& place() const { return m_place; }
    bool isDefault() const;
    FieldEditor* editor() const { return m_editor; }

Q_SIGNALS:
    void edited(const std::string& path, const QString& text);
    void finished();
    void folderWanted(const std::string& path);
    void noteOpened(const std::string& path);

private:
    QString tip() const;
    void showMarks();
    void tidy();

    SpecPlace m_place;
    bool m_refused = false;
    QString m_problem;
    TonedLabel* m_label;
    FieldEditor* m_editor;
    QToolButton* m_reset;
    TonedLabel* m_message;
    QToolButton* m_note;
};

} // namespace concertina
