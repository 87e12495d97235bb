// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/help_view.h"

#include "ui/window/help_pages.h"
#include "ui/window/help_text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int listWidth = 216;
constexpr int nameRole = Qt::UserRole;

} // namespace

HelpView::HelpView(QWidget* host)
    : Overlay(host), m_field(new QLineEdit(this)), m_list(new QListWidget(this)),
      m_nothing(new TonedLabel(ColorRole::MutedText, tr("No page has these words."), this)),
      m_text(new HelpText(this)) {
    setAccessibleName(tr("Help"));
    m_field->setPlaceholderText(tr("Search the help"));
    m_field->setAccessibleName(m_field->placeholderText());
    m_field->setMinimumHeight(ControlHeight);
    m_field->setClearButtonEnabled(true);
    m_field->setTextMargins(4, 0, 4, 0);
    m_field->installEventFilter(this);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Pages"));
    m_list->viewport()->setAutoFillBackground(false);
    m_nothing->hide();
    auto* keys = new TonedLabel(
        ColorRole::MutedText, tr("↑ ↓ page · Enter next place\nAlt+← back · Esc close"), this);
    keys->setFont(smallFont());
    setFocusProxy(m_field);
    auto* left = new QVBoxLayout;
    left->addWidget(m_field);
    left->addWidget(m_nothing);
    left->addWidget(m_list, 1);
    left->addWidget(keys);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(GridUnit, GridUnit, 2, GridUnit);
    layout->addLayout(left);
    layout->addWidget(m_text, 1);
    m_field->setFixedWidth(listWidth);
    m_list->setFixedWidth(listWidth);
    connect(m_field, &QLineEdit::textChanged, this, &HelpView::filter);
    connect(m_field, &QLineEdit::returnPressed, m_text, &HelpText::toNextPlace);
    connect(m_list, &QListWidget::currentItemChanged, this, &HelpView::showChosen);
    connect(m_text, &QTextBrowser::sourceChanged, this, &HelpView::chooseShown);
}

void HelpView::openWith(const QList<Command>& commands) {
    m_text->setCommands(commands);
    m_field->clear();
    filter();
    open();
}

QSize HelpView::wantedSize() const {
    return {1120, 900};
}

void HelpView::filter() {
    const QStringList words = m_field->text().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const QString shown = m_text->pageName();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        for (const EmbeddedText& page : helpPages()) {
            const auto name =
                QString::fromUtf8(page.name.data(), static_cast<qsizetype>(page.name.size()));
            const QString text = m_text->textOf(name);
            if (!std::all_of(words.begin(), words.end(), [&](const QString& word) {
                    return text.contains(word, Qt::CaseInsensitive);
                }))
                continue;
            auto* item = new QListWidgetItem(m_text->titleOf(name), m_list);
            item->setData(nameRole, name);
            if (name == shown)
                m_list->setCurrentItem(item);
        }
    }
    m_nothing->setVisible(m_list->count() == 0);
    if (m_list->currentItem() == nullptr && m_list->count() > 0)
        m_list->setCurrentRow(0);
    m_text->light(m_field->text());
}

void HelpView::showChosen() {
    if (const QListWidgetItem* item = m_list->currentItem()) {
        m_text->showPage(item->data(nameRole).toString());
        if (!m_field->text().isEmpty())
            m_text->light(m_field->text());
    }
}

/// A link was followed, or the way back was gone: the list says where that led, also to a page
/// that has none of the words.
void HelpView::chooseShown(const QUrl& page) {
    const QSignalBlocker quiet(m_list);
    m_list->setCurrentItem(nullptr);
    for (int i = 0; i < m_list->count(); ++i)
        if (m_list->item(i)->data(nameRole).toString() == HelpText::nameOf(page))
            m_list->setCurrentRow(i);
}

void HelpView::goBy(int pages) {
    if (m_list->count() > 0)
        m_list->setCurrentRow(std::clamp(m_list->currentRow() + pages, 0, m_list->count() - 1));
}

/// What the field leaves to the pages.
bool HelpView::handleKey(QKeyCombination key) {
    QScrollBar* bar = m_text->verticalScrollBar();
    if (key == QKeyCombination(Qt::Key_Down))
        goBy(1);
    else if (key == QKeyCombination(Qt::Key_Up))
        goBy(-1);
    else if (key == QKeyCombination(Qt::Key_PageDown))
        bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    else if (key == QKeyCombination(Qt::Key_PageUp))
        bar->triggerAction(QAbstractSlider::SliderPageStepSub);
    else if (key == (Qt::AltModifier | Qt::Key_Left))
        m_text->backward();
    else if (key == (Qt::AltModifier | Qt::Key_Right))
        m_text->forward();
    else
        return false;
    return true;
}

bool HelpView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (handleKey(key->keyCombination()))
            return true;
    }
    return Overlay::eventFilter(watched, event);
}

} // namespace concertina
