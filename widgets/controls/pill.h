// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme/colors.h"

#include <QWidget>

namespace concertina {

/// A short text in a capsule: a state, a count. Its tone is a colour and, for what goes on, a
/// dot; the text alone says the same.
class Pill : public QWidget {
    Q_OBJECT

public:
    enum class Tone { Neutral, Busy, Good, Warning, Bad };

    explicit Pill(const QString& text = {}, Tone tone = Tone::Neutral, QWidget* parent = nullptr);

    void setText(const QString& text);
    const QString& text() const { return m_text; }
    void setTone(Tone tone);
    Tone tone() const { return m_tone; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    int dotWidth() const;

    QString m_text;
    Tone m_tone;
};

/// The colour of a tone's text and dot.
ColorRole roleOf(Pill::Tone tone);

} // namespace concertina
