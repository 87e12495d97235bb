// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QHBoxLayout;
class QVBoxLayout;

namespace concertina {

class TonedLabel;

/// A panel of a page: a rounded surface with a title, a muted note beside it, room for controls
/// at the header's right, and one body below a line. Without a title, note and controls it is
/// the surface alone.
class Card : public QFrame {
    Q_OBJECT

public:
    explicit Card(const QString& title = {}, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const;
    void setNote(const QString& note, const QString& shortNote = {}); ///< short: where it must be

    /// Takes the body; a former one is deleted. It fills the card to its edges.
    void setBody(QWidget* body);
    QWidget* body() const { return m_body; }

    /// What is added stands at the header's right end.
    QHBoxLayout* headerLayout();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showHeader();

    QWidget* m_header;
    QHBoxLayout* m_headerLayout;
    TonedLabel* m_title;
    TonedLabel* m_note;
    QVBoxLayout* m_layout;
    QWidget* m_body = nullptr;
    bool m_hasControls = false;
};

} // namespace concertina
