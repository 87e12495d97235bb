// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme/colors.h"

#include <QLabel>

namespace concertina {

/// Text in a colour of the table, in both themes. Where `elided`, it gives up room and ends in
/// "…" instead of widening what it stands in; the whole text is its tooltip then. Where there is a
/// short text, that is shown where the whole one doesn't fit.
class TonedLabel : public QLabel {
    Q_OBJECT

public:
    explicit TonedLabel(ColorRole role, const QString& text = {}, QWidget* parent = nullptr);

    void setRole(ColorRole role);
    void setElided(bool elided);
    void setShortText(const QString& text);

    /// Whether less is shown than was meant to be.
    bool isCut() const;

    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    void adoptPalette();
    bool fits(const QString& text) const;

    ColorRole m_role;
    QString m_short;
    bool m_elided = false;
};

} // namespace concertina
