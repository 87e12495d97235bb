// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/gallery.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concertina {

void GalleryModel::setFrames(std::vector<QString> names) {
    beginResetModel();
    m_frames.clear();
    for (QString& name : names)
        m_frames.push_back({std::move(name), {}, std::numeric_limits<double>::quiet_NaN()});
    m_thumbnails.clear();
    m_text = nullptr;
    arrange();
    endResetModel();
}

void GalleryModel::setName(int frame, const QString& name) {
    const int row = rowOf(frame);
    if (row < 0 || m_frames[static_cast<std::size_t>(frame)].name == name)
        return;
    m_frames[static_cast<std::size_t>(frame)].name = name;
    reportChange(frame);
}

void GalleryModel::setThumbnail(int frame, const QImage& thumbnail) {
    if (rowOf(frame) < 0)
        return;
    QImage& place = m_frames[static_cast<std::size_t>(frame)].thumbnail;
    if (place.isNull())
        m_thumbnails.push_back(frame);
    place = thumbnail;
    reportChange(frame);
    if (m_thumbnails.size() <= MostThumbnails)
        return;
    const int oldest = m_thumbnails.front();
    m_thumbnails.pop_front();
    m_frames[static_cast<std::size_t>(oldest)].thumbnail = {};
    reportChange(oldest);
}

void GalleryModel::setErrors(const std::vector<double>& errors,
                             std::function<QString(double)> text) {
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    const std::vector<int> rows = m_rows;
    for (std::size_t i = 0; i < m_frames.size(); ++i)
        m_frames[i].error = i < errors.size() ? errors[i] : std::numeric_limits<double>::quiet_NaN();
    m_text = std::move(text);
    arrange();
    for (const QModelIndex& index : before)
        changePersistentIndex(index,
                              this->index(rowOf(rows[static_cast<std::size_t>(index.row())])));
    Q_EMIT layoutChanged();
}

void GalleryModel::clearErrors() {
    setErrors({}, nullptr);
}

void GalleryModel::setOrder(Order order) {
    if (order == m_order)
        return;
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    const std::vector<int> rows = m_rows;
    m_order = order;
    arrange();
    for (const QModelIndex& index : before)
        changePersistentIndex(index,
                              this->index(rowOf(rows[static_cast<std::size_t>(index.row())])));
    Q_EMIT layoutChanged();
}

void GalleryModel::arrange() {
    m_rows.resize(m_frames.size());
    std::iota(m_rows.begin(), m_rows.end(), 0);
    if (m_order == Order::WorstFirst)
        std::stable_sort(m_rows.begin(), m_rows.end(), [this](int a, int b) {
            const double left = m_frames[static_cast<std::size_t>(a)].error;
            const double right = m_frames[static_cast<std::size_t>(b)].error;
            if (std::isnan(left) || std::isnan(right))
                return !std::isnan(left) && std::isnan(right);
            return left > right;
        });
    m_rowOf.resize(m_rows.size());
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        m_rowOf[static_cast<std::size_t>(m_rows[row])] = static_cast<int>(row);
}

void GalleryModel::reportChange(int frame) {
    const QModelIndex at = index(rowOf(frame));
    Q_EMIT dataChanged(at, at);
}

int GalleryModel::rowOf(int frame) const {
    return frame >= 0 && frame < frames() ? m_rowOf[static_cast<std::size_t>(frame)] : -1;
}

bool GalleryModel::hasThumbnail(int frame) const {
    return rowOf(frame) >= 0 && !m_frames[static_cast<std::size_t>(frame)].thumbnail.isNull();
}

int GalleryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : frames();
}

QString GalleryModel::nameOf(int frame) const {
    const QString& name = m_frames[static_cast<std::size_t>(frame)].name;
    return name.isEmpty() ? tr("Frame %1").arg(frame) : name;
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int frame = frameAt(index.row());
    const Frame& entry = m_frames[static_cast<std::size_t>(frame)];
    const QString error = m_text && !std::isnan(entry.error) ? m_text(entry.error) : QString();
    const QString all =
        error.isEmpty() ? nameOf(frame) : tr("%1 · error %2").arg(nameOf(frame), error);
    switch (role) {
    case Qt::DisplayRole: return nameOf(frame);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: return all;
    case FrameRole: return frame;
    case ErrorRole: return entry.error;
    case ErrorTextRole: return error;
    case ThumbnailRole: return entry.thumbnail;
    default: return {};
    }
}

} // namespace concertina
