// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/frame.h"
#include "widgets/pictures/class_layer.h"

#include <QImage>
#include <QWidget>

#include <vector>

namespace concertina {

/// Samples with their targets: a row a sample, a column for the picture and each task; one range
/// of depths over all that are shown. The tooltip shows the value under the pointer.
class SamplesView : public QWidget {
    Q_OBJECT

public:
    /// What a column is called; the first is the picture.
    struct Column {
        QString letter;
        QString label;
    };

    explicit SamplesView(QWidget* parent = nullptr);

    void setColumns(std::vector<Column> tasks);
    void setFrames(std::vector<Frame> frames);

    /// What stands instead of pictures.
    void setMessage(const QString& message);
    const QString& message() const { return m_message; }

    const std::vector<Frame>& frames() const { return m_frames; }

    /// Whether the pictures of the one sample that is shown fill the room in several rows, each as
    /// large as can be.
    void setWrapped(bool wrapped);

    /// How the classes of a task of the one sample that is shown are laid over its picture.
    void setClassStyle(std::size_t task, const ClassStyle& style);

    /// How many rows of pictures with these sides there is room for.
    int rowsThatFit(int height, int width) const;

Q_SIGNALS:
    void roomChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QRectF cell(int row, int column, int rows) const;
    QRectF wrappedCell(int column) const;
    QRectF picture(int row, int column) const;
    QString textAt(const QPointF& position) const;
    void paintTitles(QPainter& painter) const;

    std::vector<Column> m_columns;
    std::vector<Frame> m_frames;
    std::vector<std::vector<QImage>> m_pictures; ///< a row a frame
    std::vector<QString> m_notes;                ///< one a task: the range of depths
    QString m_message;
    bool m_wrapped = false;
};

} // namespace concertina
