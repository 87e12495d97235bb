// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/job_notice.h"

#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <QProgressBar>
#include <QToolButton>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

QAbstractButton* smallButton(const QString& text, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setFont(smallFont());
    return button;
}

} // namespace

JobNotice::JobNotice(QWidget* parent)
    : QWidget(parent),
      m_text(new TonedLabel(ColorRole::MutedText, {}, this)),
      m_bar(new QProgressBar(this)),
      m_cancel(smallButton(tr("Cancel"), this)),
      m_again(smallButton(tr("Try again"), this)),
      m_copy(smallButton(tr("Copy"), this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 8, 6);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_text, 1);
    row->addWidget(m_cancel, 0, Qt::AlignTop);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    row->addWidget(m_again, 0, Qt::AlignTop);
    column->addLayout(row);
    column->addWidget(m_bar);
    m_text->setFont(smallFont());
    m_text->setWordWrap(true);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(4);
    m_delay.setSingleShot(true);
    m_delay.setInterval(250);
    connect(&m_delay, &QTimer::timeout, this, &QWidget::show);
    connect(m_cancel, &QAbstractButton::clicked, this, &JobNotice::cancelled);
    connect(m_again, &QAbstractButton::clicked, this, &JobNotice::againAsked);
    connect(m_copy, &QAbstractButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_text->text()); });
    hide();
}

void JobNotice::showBusy(const QString& what, double share) {
    const bool begins = std::exchange(m_state, State::Busy) != State::Busy;
    m_text->setText(what);
    m_bar->setRange(0, share < 0 ? 0 : 1000);
    m_bar->setValue(share < 0 ? 0 : static_cast<int>(1000 * share));
    if (!begins)
        return;
    m_text->setRole(ColorRole::MutedText);
    m_text->setTextInteractionFlags(Qt::NoTextInteraction);
    showParts();
    if (isHidden())
        m_delay.start();
}

void JobNotice::showFailure(const QString& what, const Problem& problem) {
    m_delay.stop();
    m_state = State::Failed;
    m_text->setRole(ColorRole::Bad);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setText(what + QLatin1String(": ") + toQt(toText(problem)));
    showParts();
    show();
}

void JobNotice::clear() {
    m_delay.stop();
    m_state = State::None;
    m_text->clear();
    hide();
}

QString JobNotice::text() const {
    return m_text->text();
}

void JobNotice::setOffers(bool cancel, bool again) {
    m_offersCancel = cancel;
    m_offersAgain = again;
    showParts();
}

void JobNotice::floatAtBottom(int margin) {
    m_margin = margin;
    parentWidget()->installEventFilter(this);
    place();
}

void JobNotice::place() {
    if (m_margin < 0)
        return;
    constexpr int widest = 560;
    constexpr int side = 8;
    const QRect host = parentWidget()->rect();
    const int width = std::max(0, std::min(widest, host.width() - 2 * side));
    const int height = std::max(layout()->heightForWidth(width), layout()->minimumSize().height());
    setGeometry(host.center().x() - width / 2, host.bottom() + 1 - m_margin - height, width,
                height);
    raise();
}

bool JobNotice::event(QEvent* event) {
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show)
        place();
    return QWidget::event(event);
}

bool JobNotice::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize)
        place();
    return QWidget::eventFilter(watched, event);
}

void JobNotice::showParts() {
    const bool failed = m_state == State::Failed;
    m_bar->setVisible(m_state == State::Busy);
    m_cancel->setVisible(m_state == State::Busy && m_offersCancel);
    m_again->setVisible(failed && m_offersAgain);
    m_copy->setVisible(failed);
}

void JobNotice::paintEvent(QPaintEvent*) {
    if (m_margin < 0)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(color(ColorRole::Border, palette()));
    painter.setBrush(color(ColorRole::Card, palette()));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), CardRadius, CardRadius);
}

} // namespace concertina
