// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace concertina {

/// Shares of a whole side by side, each in its colour. The name of one is shown under the pointer;
/// the keyboard moves from one to the next.
class ShareBar : public QWidget {
    Q_OBJECT

public:
    struct Part {
        QString text; ///< all that is to be said of it: "wall 21 %, in 640 samples"
        QColor color;
        double share = 0;
    };

    explicit ShareBar(QWidget* parent = nullptr);

    /// What is missing to the whole stays empty; shares of more than a whole are made to fit.
    void setParts(std::vector<Part> parts);
    const std::vector<Part>& parts() const { return m_parts; }

    /// The part that the keyboard stands at; none at first.
    std::optional<std::size_t> current() const { return m_current; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QRectF place(std::size_t part) const;

    std::vector<Part> m_parts;
    std::optional<std::size_t> m_current;
};

} // namespace concertina
