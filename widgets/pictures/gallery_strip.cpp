// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/gallery.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr QSize Thumbnail{84, 63};
constexpr QSize Cell{96, 72};

class ThumbnailDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return Cell; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QPalette& colors = option.palette;
        painter->save();
        QRect where(QPoint(), Thumbnail);
        where.moveCenter(option.rect.center());
        const bool chosen = option.state.testFlag(QStyle::State_Selected);
        const bool focused = option.state.testFlag(QStyle::State_HasFocus);
        if (chosen || option.state.testFlag(QStyle::State_MouseOver)) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(color(chosen ? ColorRole::Accent : ColorRole::Border, colors));
            const int rim = focused ? 4 : 3;
            painter->drawRoundedRect(where.adjusted(-rim, -rim, rim, rim), 4, 4);
        }
        painter->fillRect(where, color(ColorRole::Surround, colors));
        const auto thumbnail = index.data(GalleryModel::ThumbnailRole).value<QImage>();
        painter->setFont(option.font);
        if (thumbnail.isNull()) {
            painter->setPen(color(ColorRole::OnSurround, colors));
            painter->setOpacity(0.6);
            painter->drawText(where, Qt::AlignCenter,
                              option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight,
                                                            where.width() - 8));
            painter->setOpacity(1);
        } else {
            QRect fitted(QPoint(), thumbnail.size().scaled(Thumbnail, Qt::KeepAspectRatio));
            fitted.moveCenter(where.center());
            painter->setRenderHint(QPainter::SmoothPixmapTransform);
            painter->drawImage(fitted, thumbnail);
        }
        drawBadge(*painter, where, option, index.data(GalleryModel::ErrorTextRole).toString());
        painter->restore();
    }

private:
    static void drawBadge(QPainter& painter, const QRect& where, const QStyleOptionViewItem& option,
                          const QString& text) {
        if (text.isEmpty())
            return;
        const int width = option.fontMetrics.horizontalAdvance(text) + 8;
        const QRect badge(where.right() + 1 - width, where.bottom() - 15, width, 16);
        painter.fillRect(badge, QColor(0, 0, 0, 185));
        painter.setPen(Qt::white);
        painter.drawText(badge, Qt::AlignCenter, text);
    }
};

} // namespace

GalleryStrip::GalleryStrip(QWidget* parent) : QListView(parent), m_model(new GalleryModel(this)) {
    setModel(m_model);
    setItemDelegate(new ThumbnailDelegate(this));
    setFlow(QListView::LeftToRight);
    setWrapping(false);
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    viewport()->setAttribute(Qt::WA_Hover);
    setMouseTracking(true);
    setFont(smallFont());
    setAccessibleName(tr("Frames"));
    m_look.setSingleShot(true);
    m_look.setInterval(30);
    connect(&m_look, &QTimer::timeout, this, [this] {
        if (!missingThumbnails().empty())
            Q_EMIT thumbnailsMissing();
    });
    const auto look = [this] { m_look.start(); };
    connect(horizontalScrollBar(), &QScrollBar::valueChanged, this, look);
    connect(m_model, &QAbstractItemModel::layoutChanged, this, &GalleryStrip::rearranged);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this, look] {
        m_frame = -1;
        look();
    });
}

QSize GalleryStrip::sizeHint() const {
    return {480, Cell.height() + horizontalScrollBar()->sizeHint().height()};
}

QSize GalleryStrip::minimumSizeHint() const {
    return {2 * Cell.width(), sizeHint().height()};
}

int GalleryStrip::currentFrame() const {
    return currentIndex().isValid() ? m_model->frameAt(currentIndex().row()) : -1;
}

void GalleryStrip::setCurrentFrame(int frame) {
    m_setting = true;
    const int row = m_model->rowOf(frame);
    if (row < 0)
        setCurrentIndex({});
    else
        setCurrentIndex(m_model->index(row));
    m_setting = false;
}

std::vector<int> GalleryStrip::missingThumbnails() const {
    std::vector<int> missing;
    const int rows = m_model->rowCount();
    const int first = std::max(0, horizontalScrollBar()->value() / Cell.width());
    const int seen = viewport()->width() / Cell.width() + 2;
    for (int row = first; row < std::min(rows, first + 2 * seen); ++row)
        if (!m_model->hasThumbnail(m_model->frameAt(row)))
            missing.push_back(m_model->frameAt(row));
    return missing;
}

void GalleryStrip::rearranged() {
    if (currentIndex().isValid())
        scrollTo(currentIndex());
    m_look.start();
}

void GalleryStrip::wheelEvent(QWheelEvent* event) {
    const QPoint angle = event->angleDelta();
    const int moved = angle.x() != 0 ? angle.x() : angle.y();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - moved);
    event->accept();
}

void GalleryStrip::resizeEvent(QResizeEvent* event) {
    QListView::resizeEvent(event);
    m_look.start();
}

void GalleryStrip::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    const int frame = current.isValid() ? m_model->frameAt(current.row()) : -1;
    if (std::exchange(m_frame, frame) == frame || frame < 0 || m_setting)
        return;
    Q_EMIT frameChosen(frame);
}

} // namespace concertina
