// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>

namespace concertina {

/// A panel over the upper middle of its host, never modal: Esc, a click beside it, or a change of
/// focus closes it and gives the focus back.
class Overlay : public QFrame {
    Q_OBJECT

public:
    explicit Overlay(QWidget* host);

    void open();
    void dismiss();

protected:
    /// The largest size; the host's bounds it further. Asked again when what is in it changes.
    virtual QSize wantedSize() const = 0;

    /// The height that the layout wants at a width, lines of text broken there.
    int heightFor(int width) const;

    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void place();

    QPointer<QWidget> m_focusBefore;
};

} // namespace concertina
