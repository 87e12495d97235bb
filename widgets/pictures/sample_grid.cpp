// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/sample_grid.h"

#include "widgets/controls/icon.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr int NameHeight = 20;
constexpr int CellGap = 8;
constexpr QSize GridCell{SampleGrid::Thumbnail.width() + 2 * CellGap,
                         SampleGrid::Thumbnail.height() + NameHeight + 2 * CellGap};

class SampleDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return GridCell;
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QPalette& colors = option.palette;
        const QRect room(option.rect.topLeft() + QPoint(CellGap, CellGap), SampleGrid::Thumbnail);
        const QRect name(room.left(), room.bottom() + 3, room.width(), NameHeight - 4);
        const QString problem = index.data(SampleGridModel::ProblemRole).toString();
        painter->save();
        paintMark(*painter, option, room);
        painter->setFont(option.font);
        const auto thumbnail = index.data(SampleGridModel::ThumbnailRole).value<QImage>();
        if (thumbnail.isNull()) {
            painter->fillRect(room, color(ColorRole::Surround, colors));
        } else {
            // As large as it came: it was made for this room.
            QRect place(QPoint(), thumbnail.size().scaled(room.size(), Qt::KeepAspectRatio));
            place.moveCenter(room.center());
            painter->setRenderHint(QPainter::SmoothPixmapTransform,
                                   thumbnail.width() > place.width());
            painter->drawImage(place, thumbnail);
        }
        if (!problem.isEmpty())
            paintDamage(*painter, option, room, thumbnail.isNull());
        painter->setPen(color(problem.isEmpty() ? ColorRole::Text : ColorRole::Bad, colors));
        painter->drawText(
            name, Qt::AlignHCenter | Qt::AlignVCenter,
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, name.width()));
        painter->restore();
    }

private:
    static void paintMark(QPainter& painter, const QStyleOptionViewItem& option,
                          const QRect& room) {
        const bool chosen = option.state.testFlag(QStyle::State_Selected);
        if (!chosen && !option.state.testFlag(QStyle::State_MouseOver))
            return;
        const int rim = option.state.testFlag(QStyle::State_HasFocus) ? 4 : 3;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(chosen ? ColorRole::Accent : ColorRole::Border, option.palette));
        painter.drawRoundedRect(room.adjusted(-rim, -rim, rim, rim), 4, 4);
    }

    static void paintDamage(QPainter& painter, const QStyleOptionViewItem& option,
                            const QRect& room, bool alone) {
        constexpr int side = 16;
        const QRect badge(room.left() + 4, room.top() + 4, side + 6, side + 6);
        painter.fillRect(badge, QColor(0, 0, 0, 185));
        drawIcon(painter, badge.adjusted(3, 3, -3, -3), QStringLiteral("warning"),
                 color(ColorRole::Warning, true));
        if (!alone)
            return;
        painter.setPen(color(ColorRole::OnSurround, option.palette));
        painter.drawText(room, Qt::AlignCenter, SampleGrid::tr("can't be read"));
    }
};

} // namespace

SampleGrid::SampleGrid(QWidget* parent) : QListView(parent), m_model(new SampleGridModel(this)) {
    setModel(m_model);
    setItemDelegate(new SampleDelegate(this));
    setFlow(QListView::LeftToRight);
    setWrapping(true);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setAttribute(Qt::WA_Hover);
    setMouseTracking(true);
    setFont(smallFont());
    setAccessibleName(tr("Samples"));
    m_look.setSingleShot(true);
    m_look.setInterval(30);
    connect(&m_look, &QTimer::timeout, this, [this] {
        if (!missingThumbnails().empty())
            Q_EMIT thumbnailsMissing();
    });
    const auto look = [this] { m_look.start(); };
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, look);
    connect(m_model, &QAbstractItemModel::modelReset, this, look);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, look);
    connect(this, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT sampleOpened(m_model->sampleAt(index.row()));
    });
}

QSize SampleGrid::minimumSizeHint() const {
    return {2 * GridCell.width() + verticalScrollBar()->sizeHint().width() + 2, GridCell.height()};
}

int SampleGrid::currentSample() const {
    return currentIndex().isValid() ? m_model->sampleAt(currentIndex().row()) : -1;
}

void SampleGrid::setCurrentSample(int sample) {
    const int row = m_model->rowOf(sample);
    setCurrentIndex(row < 0 ? QModelIndex() : m_model->index(row));
}

void SampleGrid::setSamples(std::vector<QString> names) {
    m_setting = true;
    m_sample = -1;
    m_model->setSamples(std::move(names));
    m_setting = false;
}

void SampleGrid::show(std::vector<int> samples) {
    m_setting = true;
    const int before = m_sample;
    m_model->show(std::move(samples));
    if (currentSample() != before || before < 0) {
        const int row = m_model->rowOf(before);
        setCurrentIndex(row >= 0                  ? m_model->index(row)
                        : m_model->rowCount() > 0 ? m_model->index(0)
                                                  : QModelIndex());
    }
    m_setting = false;
    if (const int now = currentSample(); std::exchange(m_sample, now) != now)
        Q_EMIT sampleChosen(now);
}

std::vector<int> SampleGrid::missingThumbnails() {
    const int across = std::max(1, viewport()->width() / GridCell.width());
    const int firstLine = verticalScrollBar()->value() / GridCell.height();
    const int lines = viewport()->height() / GridCell.height() + 2;
    // Those that are seen first, then the page that comes next.
    std::vector<int> missing =
        m_model->missing(firstLine * across, (firstLine + lines) * across - 1);
    if (missing.empty())
        missing =
            m_model->missing((firstLine + lines) * across, (firstLine + 2 * lines) * across - 1);
    return missing;
}

void SampleGrid::setMessage(const QString& message) {
    m_message = message;
    setAccessibleDescription(message);
    viewport()->update();
}

void SampleGrid::keyPressEvent(QKeyEvent* event) {
    const bool opens = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (!opens || currentSample() < 0)
        return QListView::keyPressEvent(event);
    // Qt would hand it on to what the grid stands in.
    event->accept();
    Q_EMIT sampleOpened(currentSample());
}

void SampleGrid::resizeEvent(QResizeEvent* event) {
    QListView::resizeEvent(event);
    m_look.start();
}

void SampleGrid::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (m_model->rowCount() > 0 || m_message.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.setFont(textFont());
    painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16),
                     Qt::AlignCenter | Qt::TextWordWrap, m_message);
}

void SampleGrid::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (m_setting)
        return;
    const int sample = current.isValid() ? m_model->sampleAt(current.row()) : -1;
    if (std::exchange(m_sample, sample) != sample)
        Q_EMIT sampleChosen(sample);
}

} // namespace concertina
