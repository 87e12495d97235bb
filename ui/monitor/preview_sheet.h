// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>

#include <vector>

namespace concertina {

/// One picture of a frame: the input, or what is predicted for one task.
struct PreviewTile {
    QString caption;
    int task = -1; ///< whose colour is around it; -1: none
    QImage image;
    QString trouble; ///< what stands in its place where there is none
};

struct PreviewFrame {
    QString name;
    std::vector<PreviewTile> tiles;
};

/// Frames below each other, the pictures of each side by side as far as the width goes.
class PreviewSheet : public QWidget {
    Q_OBJECT

public:
    explicit PreviewSheet(QWidget* parent = nullptr);

    void setFrames(std::vector<PreviewFrame> frames);
    const std::vector<PreviewFrame>& frames() const { return m_frames; }
    void setEmptyText(const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Place {
        QRect picture;
        QRect caption;
    };
    int columns(const PreviewFrame& frame) const;
    QSize tileSize(const PreviewFrame& frame) const;
    Place placeOf(const PreviewFrame& frame, std::size_t tile, int top) const;
    int heightOf(const PreviewFrame& frame) const;
    void adoptHeight();
    void paintTile(QPainter& painter, const PreviewTile& tile, const Place& place) const;

    std::vector<PreviewFrame> m_frames;
    QString m_emptyText;
};

} // namespace concertina
