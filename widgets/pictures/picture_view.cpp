// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/picture_view.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr int HeadingHeight = 24;
constexpr int PictureMargin = 8;
constexpr int CrossArm = 9;
constexpr qint64 LargestShrunk = 4 << 20;

QPointF center(const QRect& rect) {
    return {rect.x() + rect.width() / 2.0, rect.y() + rect.height() / 2.0};
}

/// The pixels of a picture that `scale` times lie in `visible`, a rectangle of the target's.
QRect sourceOf(const QRect& visible, const QRect& target, double scale, QSize size) {
    const auto low = [&](int at, int origin) {
        return std::max(0, static_cast<int>(std::floor((at - origin) / scale)));
    };
    const auto high = [&](int at, int origin, int end) {
        return std::min(end, static_cast<int>(std::ceil((at - origin) / scale)));
    };
    const int left = low(visible.x(), target.x());
    const int top = low(visible.y(), target.y());
    return {left, top, high(visible.x() + visible.width(), target.x(), size.width()) - left,
            high(visible.y() + visible.height(), target.y(), size.height()) - top};
}

/// Draws that part; what is not in a format that is fast to draw is converted, and no more.
void drawPart(QPainter& painter, const QImage& image, const QRect& source, const QRect& target,
              double scale) {
    const QRectF where(target.x() + source.x() * scale, target.y() + source.y() * scale,
                       source.width() * scale, source.height() * scale);
    if (image.format() == QImage::Format_RGB32)
        painter.drawImage(where, image, source);
    else
        painter.drawImage(where, image.copy(source).convertToFormat(QImage::Format_RGB32));
}

} // namespace

PictureView::PictureView(PictureViewState& view, PictureCursor& cursor, QWidget* parent)
    : QWidget(parent), m_view(view), m_cursor(cursor) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::CrossCursor);
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&m_view, &PictureViewState::changed, this, qOverload<>(&QWidget::update));
    connect(&m_cursor, &PictureCursor::changed, this, &PictureView::cursorMoved);
}

void PictureView::setContent(PaneContent content) {
    setContents(std::move(content), {});
}

void PictureView::setContents(PaneContent first, PaneContent second) {
    for (const PaneContent& old : m_contents)
        if (!old.picture.isNull())
            old.picture.levels()->disconnect(this);
    m_contents = {std::move(first), std::move(second)};
    QStringList names;
    for (const PaneContent& content : m_contents) {
        if (!content.caption.isEmpty())
            names << content.caption;
        if (content.picture.isNull())
            continue;
        if (m_view.reference().isEmpty())
            m_view.setReference(content.picture.size());
        connect(content.picture.levels(), &PictureLevels::grown, this, [this] {
            m_shrunk = {};
            update();
        });
    }
    setAccessibleName(names.join(QStringLiteral(", ")));
    update();
}

void PictureView::setStill(bool still) {
    m_still = still;
    if (still)
        unsetCursor();
}

QSize PictureView::minimumSizeHint() const {
    return {96, HeadingHeight + 64};
}

QSize PictureView::sizeHint() const {
    return {320, HeadingHeight + 240};
}

// ---- Where things are

QRect PictureView::heading() const {
    return {PictureMargin, 0, std::max(0, width() - 2 * PictureMargin), HeadingHeight};
}

QRect PictureView::area() const {
    return rect().adjusted(PictureMargin, HeadingHeight, -PictureMargin, -PictureMargin);
}

QRect PictureView::deviceArea() const {
    const double ratio = devicePixelRatioF();
    const QRect room = area();
    return {QPoint(qRound(room.x() * ratio), qRound(room.y() * ratio)),
            QSize(qRound(room.width() * ratio), qRound(room.height() * ratio))};
}

double PictureView::zoom() const {
    if (m_view.isFit() || m_still)
        return PictureViewState::fitZoom(m_view.reference(), deviceArea().size());
    return m_view.zoom();
}

QRect PictureView::deviceRect() const {
    const QRect room = deviceArea();
    const double scale = zoom();
    const QSize size(std::max(1, qRound(m_view.reference().width() * scale)),
                     std::max(1, qRound(m_view.reference().height() * scale)));
    // A picture that is smaller than the room stands in its middle, a larger one leaves no gap.
    const auto place = [](int start, int length, int picture, double middle) {
        if (picture <= length)
            return start + (length - picture) / 2;
        return std::clamp(start + static_cast<int>(std::lround(length / 2.0 - middle)),
                          start + length - picture, start);
    };
    return {QPoint(place(room.x(), room.width(), size.width(), m_view.center().x() * scale),
                   place(room.y(), room.height(), size.height(), m_view.center().y() * scale)),
            size};
}

QRect PictureView::pictureRect() const {
    return deviceRect();
}

QRectF PictureView::shownRect() const {
    const QRectF rect = deviceRect();
    const double ratio = devicePixelRatioF();
    return {rect.topLeft() / ratio, rect.size() / ratio};
}

QPointF PictureView::shownCenter() const {
    const QPointF middle = center(deviceArea()) - QPointF(deviceRect().topLeft());
    return middle / zoom();
}

std::optional<QPointF> PictureView::shareAt(QPointF position) const {
    const QRectF shown = shownRect();
    if (!shown.contains(position) || !area().contains(position.toPoint()))
        return std::nullopt;
    return QPointF((position.x() - shown.x()) / shown.width(),
                   (position.y() - shown.y()) / shown.height());
}

QRect PictureView::crossRect(const QPointF& share) const {
    const QRectF shown = shownRect();
    const QPointF at(shown.x() + share.x() * shown.width(), shown.y() + share.y() * shown.height());
    return QRect(at.toPoint(), QSize(1, 1))
        .adjusted(-CrossArm - 2, -CrossArm - 2, CrossArm + 2, CrossArm + 2);
}

QPoint PictureView::pixelAt(QPointF share, QSize size) {
    return {std::clamp(static_cast<int>(share.x() * size.width()), 0, size.width() - 1),
            std::clamp(static_cast<int>(share.y() * size.height()), 0, size.height() - 1)};
}

std::size_t PictureView::contentAt(QPointF) const {
    return 0;
}

// ---- Drawing

void PictureView::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    const double ratio = devicePixelRatioF();
    const bool has = !m_contents[0].picture.isNull() || !m_contents[1].picture.isNull();
    const QRect room = deviceArea();
    const QColor surround = color(ColorRole::Surround, palette());
    for (const QRect& part : event->region()) {
        const QRect clip(QPoint(static_cast<int>(std::floor(part.x() * ratio)),
                                static_cast<int>(std::floor(part.y() * ratio))),
                         QSize(static_cast<int>(std::ceil((part.width() + 1) * ratio)),
                               static_cast<int>(std::ceil((part.height() + 1) * ratio))));
        QRegion around(clip);
        painter.save();
        painter.scale(1 / ratio, 1 / ratio);
        if (has)
            around -= deviceRect() & room;
        for (const QRect& rect : around)
            painter.fillRect(rect, surround);
        if (has)
            drawPictures(painter, clip & room);
        painter.restore();
    }
    drawHeading(painter, heading());
    if (!has) {
        painter.setPen(color(ColorRole::OnSurround, palette()));
        painter.drawText(area(), Qt::AlignCenter | Qt::TextWordWrap, m_contents[0].message);
    } else {
        drawAbove(painter);
    }
    if (m_cross && has) {
        const QRect cross = crossRect(*m_cross);
        const QPoint middle = cross.center();
        painter.setClipRect(area());
        for (const auto& [pen, gap] : {std::pair(QPen(QColor(0, 0, 0, 190), 3), 2),
                                       std::pair(QPen(Qt::white, 1), 3)}) {
            painter.setPen(pen);
            for (const QPoint arm : {QPoint(1, 0), QPoint(-1, 0), QPoint(0, 1), QPoint(0, -1)})
                painter.drawLine(middle + arm * gap, middle + arm * CrossArm);
        }
        painter.setClipping(false);
    }
    if (hasFocus()) {
        painter.setPen(QPen(color(ColorRole::Accent, palette()), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void PictureView::drawPictures(QPainter& painter, const QRect& clip) {
    drawPicture(painter, m_contents[0].picture, clip);
}

void PictureView::drawPicture(QPainter& painter, const Picture& picture, const QRect& clip) {
    const QRect target = deviceRect();
    const QRect visible = target & clip;
    if (picture.isNull() || visible.isEmpty())
        return;
    painter.save();
    painter.setClipRect(visible);
    const QSize size = picture.size();
    const double scale = static_cast<double>(target.width()) / size.width();
    if (scale >= 1) {
        drawPart(painter, picture.image(), sourceOf(visible, target, scale, size), target, scale);
    } else if (qint64(target.width()) * target.height() <= LargestShrunk) {
        const QImage& image = shrunk(picture, target.size());
        painter.drawImage(visible.topLeft(), image, visible.translated(-target.topLeft()));
    } else {
        const PictureLevel& level = picture.levels()->best(scale);
        const double rest = scale / level.scale;
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        drawPart(painter, level.image, sourceOf(visible, target, rest, level.image.size()), target,
                 rest);
    }
    painter.restore();
}

const QImage& PictureView::shrunk(const Picture& picture, QSize size) {
    for (const Shrunk& known : m_shrunk)
        if (known.of == picture && known.size == size)
            return known.image;
    Shrunk& place = m_shrunk[m_oldestShrunk];
    m_oldestShrunk = (m_oldestShrunk + 1) % m_shrunk.size();
    const double scale = static_cast<double>(size.width()) / picture.size().width();
    const PictureLevel& level = picture.levels()->best(scale);
    // A half, a quarter, … is there already.
    const bool exact = qAbs(level.scale / scale - 1) < 1e-3 && level.scale < 1;
    place = {picture, size,
             exact ? level.image
                   : level.image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)};
    return place.image;
}

void PictureView::drawHeading(QPainter& painter, const QRect& room) {
    drawCaption(painter, room, m_contents[0], Qt::AlignLeft);
}

void PictureView::drawCaption(QPainter& painter, const QRect& room, const PaneContent& content,
                              Qt::Alignment side) const {
    constexpr int gap = 12;
    const QString value = valueOf(content);
    const QFontMetrics metrics(painter.font());
    const int valueWidth =
        value.isEmpty() ? 0 : std::min(room.width(), metrics.horizontalAdvance(value) + 1);
    const int captionWidth =
        std::max(0, room.width() - (value.isEmpty() ? 0 : valueWidth + gap));
    const bool left = side == Qt::AlignLeft;
    const QRect captionRoom(left ? room.left() : room.right() + 1 - captionWidth, room.top(),
                            captionWidth, room.height());
    const QRect valueRoom(left ? room.right() + 1 - valueWidth : room.left(), room.top(),
                          valueWidth, room.height());
    painter.setPen(color(ColorRole::OnSurround, palette()));
    painter.drawText(captionRoom, static_cast<int>(side | Qt::AlignVCenter),
                     metrics.elidedText(content.caption, Qt::ElideRight, captionWidth));
    painter.drawText(valueRoom, static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft), value);
}

QString PictureView::valueOf(const PaneContent& content) const {
    if (!m_cursor.point() || content.picture.isNull() || !content.valueAt)
        return {};
    return content.valueAt(pixelAt(*m_cursor.point(), content.picture.size()));
}

QString PictureView::valueText() const {
    return valueOf(m_contents[0]);
}

} // namespace concertina
