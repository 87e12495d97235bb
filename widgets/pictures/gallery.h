// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QImage>
#include <QListView>
#include <QTimer>

#include <deque>
#include <functional>
#include <limits>
#include <vector>

namespace concertina {

/// Frames as thumbnails with an error each, by index or the worst first. Thumbnails come later,
/// and the oldest of very many go again.
class GalleryModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { FrameRole = Qt::UserRole, ErrorRole, ErrorTextRole, ThumbnailRole };
    enum class Order { ByIndex, WorstFirst };

    static constexpr std::size_t MostThumbnails = 1000;

    using QAbstractListModel::QAbstractListModel;

    /// Names by frame; an empty one is called by its number. Forgets thumbnails and errors.
    void setFrames(std::vector<QString> names);
    int frames() const { return static_cast<int>(m_frames.size()); }

    void setName(int frame, const QString& name);
    void setThumbnail(int frame, const QImage& thumbnail);

    /// One a frame, NaN where it has none; `text` writes one.
    void setErrors(const std::vector<double>& errors, std::function<QString(double)> text);
    bool hasErrors() const { return m_text != nullptr; }
    void clearErrors();

    void setOrder(Order order);
    Order order() const { return m_order; }

    int frameAt(int row) const { return m_rows.at(static_cast<std::size_t>(row)); }
    int rowOf(int frame) const; ///< −1 where there is no such frame
    bool hasThumbnail(int frame) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Frame {
        QString name;
        QImage thumbnail;
        double error = std::numeric_limits<double>::quiet_NaN();
    };

    QString nameOf(int frame) const;
    void arrange();
    void reportChange(int frame);

    std::vector<Frame> m_frames;
    std::vector<int> m_rows;      ///< the frame in each row
    std::vector<int> m_rowOf;     ///< the row of each frame
    std::deque<int> m_thumbnails; ///< frames that have one, the oldest first
    std::function<QString(double)> m_text;
    Order m_order = Order::ByIndex;
};

/// The strip: one row of thumbnails that the wheel and the arrow keys move through.
class GalleryStrip : public QListView {
    Q_OBJECT

public:
    explicit GalleryStrip(QWidget* parent = nullptr);

    GalleryModel* gallery() const { return m_model; }

    int currentFrame() const; ///< −1 where there is none
    void setCurrentFrame(int frame);

    /// Rows that are to be seen or come next and have no thumbnail yet.
    std::vector<int> missingThumbnails() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void frameChosen(int frame); ///< by the person
    void thumbnailsMissing();    ///< something in `missingThumbnails`

protected:
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void rearranged();

    GalleryModel* m_model;
    QTimer m_look;
    int m_frame = -1;
    bool m_setting = false;
};

} // namespace concertina
