// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/guessed_samples_view.h"

#include "widgets/pictures/picture.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int titleWidth = 110;
constexpr int sampleGap = 4;

} // namespace

GuessedSamplesView::GuessedSamplesView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Samples as they would be read"));
}

void GuessedSamplesView::setSamples(const std::vector<GuessedSample>& samples,
                                    const QStringList& targets) {
    m_titles = QStringList{tr("Pictures")} + targets;
    m_columns.clear();
    QStringList problems;
    for (const GuessedSample& sample : samples) {
        std::vector<QImage> column{sample.picture.empty() ? QImage() : toQImage(sample.picture)};
        for (const Image& target : sample.targets)
            column.push_back(target.empty() ? QImage() : toQImage(target));
        m_columns.push_back(std::move(column));
        if (!sample.problem.empty())
            problems << toQt(sample.problem);
    }
    m_message.clear();
    setToolTip(problems.join(QLatin1Char('\n')));
    update();
}

void GuessedSamplesView::setMessage(const QString& message) {
    m_message = message;
    m_columns.clear();
    setToolTip({});
    update();
}

QSize GuessedSamplesView::sizeHint() const {
    return {600, 220};
}

void GuessedSamplesView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setFont(smallFont());
    if (m_columns.empty()) {
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_message);
        return;
    }
    const int rows = static_cast<int>(m_titles.size());
    const int height = std::max(1, (this->height() - sampleGap * (rows - 1)) / rows);
    const auto columns = static_cast<int>(m_columns.size());
    const int width = std::max(1, (this->width() - titleWidth - sampleGap * columns) / columns);
    for (int row = 0; row < rows; ++row) {
        const int top = row * (height + sampleGap);
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(QRect(0, top, titleWidth - sampleGap, height),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(m_titles[row], Qt::ElideRight,
                                                          titleWidth - sampleGap));
        for (int i = 0; i < columns; ++i) {
            const auto& column = m_columns[static_cast<std::size_t>(i)];
            const QRect cell(titleWidth + i * (width + sampleGap), top, width, height);
            const auto place = static_cast<std::size_t>(row);
            if (place >= column.size() || column[place].isNull()) {
                painter.setPen(color(ColorRole::FaintText, palette()));
                painter.drawText(cell, Qt::AlignCenter, QStringLiteral("–"));
                continue;
            }
            QRect shown(QPoint(), column[place].size().scaled(cell.size(), Qt::KeepAspectRatio));
            shown.moveCenter(cell.center());
            painter.drawImage(shown, column[place]);
        }
    }
}

} // namespace concertina
