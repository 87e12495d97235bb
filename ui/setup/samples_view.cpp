// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/samples_view.h"

#include "core/values/text.h"
#include "widgets/pictures/object_layer.h"
#include "widgets/pictures/value_rows.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int TitleHeight = 20;
constexpr int Gap = 6;
constexpr int MostRows = 4;

QImage imageOf(const Image& image) {
    if (image.empty())
        return {};
    const auto format = image.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
    return QImage(image.bytes.data(), image.width, image.height,
                  qsizetype{image.width} * image.channels, format)
        .copy();
}

/// Of a sample whose picture can't be read: as if it had one.
QImage shownImage(const Frame& frame) {
    if (!frame.image.empty())
        return imageOf(frame.image);
    QImage blank(320, 240, QImage::Format_RGB32);
    blank.fill(Qt::black);
    return blank;
}

} // namespace

SamplesView::SamplesView(QWidget* parent) : QWidget(parent) {
    setMinimumHeight(TitleHeight + 56);
    setAccessibleName(tr("Samples with their targets"));
}

void SamplesView::setColumns(std::vector<Column> tasks) {
    m_columns = std::move(tasks);
    m_columns.insert(m_columns.begin(), {QString(), tr("Image")});
    update();
}

void SamplesView::setFrames(std::vector<Frame> frames) {
    m_frames = std::move(frames);
    m_pictures.clear();
    m_notes.clear();
    std::vector<std::optional<ValueRange>> ranges;
    for (const Frame& frame : m_frames) {
        ranges.resize(std::max(ranges.size(), frame.tasks.size()));
        for (std::size_t t = 0; t < frame.tasks.size(); ++t)
            if (const ValueMap& truth = frame.tasks[t].truth; !truth.empty())
                ranges[t] = ranges[t] ? joined(*ranges[t], rangeOf(truth)) : rangeOf(truth);
    }
    m_notes.resize(ranges.size());
    for (const Frame& frame : m_frames) {
        std::vector<QImage>& row = m_pictures.emplace_back();
        row.push_back(imageOf(frame.image));
        for (std::size_t t = 0; t < frame.tasks.size(); ++t) {
            const FrameTask& task = frame.tasks[t];
            const ValueRange range = ranges[t].value_or(ValueRange{});
            row.push_back(task.truth.empty()
                              ? QImage()
                              : drawValues(task.truth, task.classes, range, shownImage(frame)));
            if (task.kind->form() == ValueForm::Scale && ranges[t])
                m_notes[t] = tr("%1–%2 %3")
                                 .arg(toQt(fixedText(range.low, 1)), toQt(fixedText(range.high, 1)),
                                      QString::fromUtf8(task.kind->errorUnit()));
        }
    }
    m_message.clear();
    update();
}

void SamplesView::setMessage(const QString& message) {
    m_message = message;
    setAccessibleDescription(message);
    update();
}

int SamplesView::rowsThatFit(int pictureHeight, int pictureWidth) const {
    const auto columns = static_cast<double>(std::max<std::size_t>(m_columns.size(), 2));
    const double cellWidth = (width() - (columns - 1) * Gap) / columns;
    const double cellHeight = cellWidth * std::max(pictureHeight, 1) / std::max(pictureWidth, 1);
    const int rows = static_cast<int>((height() - TitleHeight + Gap) / (cellHeight + Gap) + 0.35);
    return std::clamp(rows, 1, MostRows);
}

void SamplesView::setWrapped(bool wrapped) {
    m_wrapped = wrapped;
    update();
}

void SamplesView::setClassStyle(std::size_t task, const ClassStyle& style) {
    if (m_frames.size() != 1 || task >= m_frames.front().tasks.size())
        return;
    const FrameTask& shown = m_frames.front().tasks[task];
    if (!shown.kind->isOfClasses() || shown.truth.empty())
        return;
    m_pictures.front()[task + 1] =
        shown.kind->form() == ValueForm::Objects
            ? drawObjects(drawnObjects(shown.truth), shown.classes, shownImage(m_frames.front()),
                          style)
            : ClassLayer(shown.truth, shown.classes, m_pictures.front().front()).draw(style);
    update();
}

QRectF SamplesView::wrappedCell(int column) const {
    const auto count = static_cast<int>(m_columns.size());
    const Image& image = m_frames.front().image;
    const double form = image.empty() ? 0.75 : static_cast<double>(image.height) / image.width;
    int across = 1;
    double widest = 0;
    QSizeF size;
    for (int candidate = 1; candidate <= count; ++candidate) {
        const int down = (count + candidate - 1) / candidate;
        const QSizeF room((width() - (candidate - 1.0) * Gap) / candidate,
                          (height() - (down - 1.0) * Gap) / down - TitleHeight);
        const double shown = std::min(room.width(), room.height() / form);
        if (shown <= widest && candidate > 1)
            continue;
        widest = shown;
        across = candidate;
        size = room;
    }
    // No larger than the picture: the cells stand together.
    size = {std::min(size.width(), size.height() / form),
            std::min(size.height(), size.width() * form)};
    return {column % across * (size.width() + Gap),
            TitleHeight + column / across * (size.height() + TitleHeight + Gap), size.width(),
            size.height()};
}

QRectF SamplesView::cell(int row, int column, int rows) const {
    if (m_wrapped && m_frames.size() == 1)
        return wrappedCell(column);
    const auto columns = static_cast<int>(m_columns.size());
    const double w = (width() - (columns - 1.0) * Gap) / columns;
    const double h = (height() - TitleHeight - (rows - 1.0) * Gap) / rows;
    return {column * (w + Gap), TitleHeight + row * (h + Gap), w, h};
}

QRectF SamplesView::picture(int row, int column) const {
    const auto& pictures = m_pictures[static_cast<std::size_t>(row)];
    if (column >= static_cast<int>(pictures.size())
        || pictures[static_cast<std::size_t>(column)].isNull())
        return {};
    const QRectF room = cell(row, column, static_cast<int>(m_pictures.size()));
    const QSizeF size = QSizeF(pictures[static_cast<std::size_t>(column)].size())
                            .scaled(room.size(), Qt::KeepAspectRatio);
    return {room.topLeft(), size};
}

void SamplesView::paintTitles(QPainter& painter) const {
    for (std::size_t c = 0; c < m_columns.size(); ++c) {
        const auto column = static_cast<int>(c);
        QRectF room = cell(0, column, 1);
        room.setTop(room.top() - TitleHeight);
        room.setHeight(TitleHeight - 4);
        const Column& title = m_columns[c];
        if (!title.letter.isEmpty()) {
            QFont bold = smallFont();
            bold.setWeight(QFont::Bold);
            painter.setFont(bold);
            painter.setPen(taskColor(column - 1, palette()));
            painter.drawText(room, Qt::AlignVCenter, title.letter);
            room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(title.letter) + 6);
        }
        QString text = title.label;
        if (c > 0 && c - 1 < m_notes.size() && !m_notes[c - 1].isEmpty())
            text += QStringLiteral(" · ") + m_notes[c - 1];
        painter.setFont(smallFont());
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(room, Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight,
                                                          static_cast<int>(room.width())));
    }
}

void SamplesView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!m_message.isEmpty()) {
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_message);
        return;
    }
    paintTitles(painter);
    for (std::size_t row = 0; row < m_pictures.size(); ++row)
        for (std::size_t column = 0; column < m_pictures[row].size(); ++column) {
            const QRectF place = picture(static_cast<int>(row), static_cast<int>(column));
            if (place.isEmpty() && m_wrapped && column < m_columns.size()) {
                painter.setPen(color(ColorRole::FaintText, palette()));
                painter.drawText(cell(0, static_cast<int>(column), 1), Qt::AlignLeft | Qt::AlignTop,
                                 column == 0 ? tr("can't be read") : tr("none"));
            }
            if (place.isEmpty())
                continue;
            // Enlarged pixels stay pixels; made smaller, they are averaged.
            const QImage& image = m_pictures[row][column];
            painter.setRenderHint(QPainter::SmoothPixmapTransform, place.width() < image.width());
            painter.drawImage(place, image);
        }
}

QString SamplesView::textAt(const QPointF& position) const {
    for (std::size_t row = 0; row < m_pictures.size(); ++row)
        for (std::size_t column = 0; column < m_pictures[row].size(); ++column) {
            const QRectF place = picture(static_cast<int>(row), static_cast<int>(column));
            if (!place.contains(position))
                continue;
            const Frame& frame = m_frames[row];
            const auto name = toQt(frame.name);
            if (column == 0)
                return name;
            const FrameTask& task = frame.tasks[column - 1];
            const auto index = [](double share, int count) {
                return std::clamp(static_cast<int>(share * count), 0, count - 1);
            };
            const int y = index((position.y() - place.y()) / place.height(), task.truth.height);
            const int x = index((position.x() - place.x()) / place.width(), task.truth.width);
            return name + QStringLiteral("\n") + toQt(valueText(task.truth, y, x, task.classes));
        }
    return {};
}

bool SamplesView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = m_message.isEmpty() ? textAt(help->pos()) : QString();
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void SamplesView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    Q_EMIT roomChanged();
}

} // namespace concertina
