// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/command_palette.h"

#include "widgets/controls/fuzzy_match.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int rowHeight = 32;
constexpr int placeRole = Qt::UserRole;
constexpr int keysRole = Qt::UserRole + 1;
constexpr int commandRole = Qt::UserRole + 2;

/// Name, place muted behind it, keys at the right.
class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {200, rowHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const bool on = (index.flags() & Qt::ItemIsEnabled) != 0;
        const QRect area = option.rect.adjusted(12, 0, -12, 0);
        painter->save();
        if ((option.state & QStyle::State_Selected) != 0)
            painter->fillRect(option.rect, color(ColorRole::Hover, option.palette));
        const auto write = [&](const QString& text, ColorRole role, Qt::Alignment side, int left) {
            painter->setPen(color(on ? role : ColorRole::FaintText, option.palette));
            painter->drawText(area.adjusted(left, 0, 0, 0),
                              static_cast<int>(side | Qt::AlignVCenter) | Qt::TextSingleLine, text);
        };
        painter->setFont(option.font);
        const QString keys = index.data(keysRole).toString();
        const QString name = option.fontMetrics.elidedText(
            index.data(Qt::DisplayRole).toString(), Qt::ElideRight,
            area.width() - option.fontMetrics.horizontalAdvance(keys) - 100);
        write(name, ColorRole::Text, Qt::AlignLeft, 0);
        const int after = option.fontMetrics.horizontalAdvance(name) + 12;
        painter->setFont(smallFont());
        write(index.data(placeRole).toString(), ColorRole::MutedText, Qt::AlignLeft, after);
        painter->setFont(option.font);
        write(keys, ColorRole::MutedText, Qt::AlignRight, 0);
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget* host)
    : Overlay(host), m_field(new QLineEdit(this)), m_list(new QListWidget(this)),
      m_nothing(new TonedLabel(ColorRole::MutedText,
                               QCoreApplication::translate("CommandPalette",
                                                           "No action fits these letters."),
                               this)) {
    setAccessibleName(QCoreApplication::translate("CommandPalette", "Search of actions"));
    m_field->setPlaceholderText(
        QCoreApplication::translate("CommandPalette", "What do you want to do?"));
    m_field->setAccessibleName(m_field->placeholderText());
    m_field->setMinimumHeight(ControlHeight + GridUnit);
    m_field->installEventFilter(this);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(QCoreApplication::translate("CommandPalette", "Actions found"));
    m_list->viewport()->setAutoFillBackground(false);
    setFocusProxy(m_field);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    layout->addWidget(m_field);
    layout->addWidget(m_list, 1);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->hide();
    layout->addWidget(m_nothing, 1);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::triggerCurrent);
}

void CommandPalette::openWith(const QList<Command>& commands) {
    m_commands = commands;
    m_field->clear();
    search();
    open();
}

QSize CommandPalette::wantedSize() const {
    return {560, 420};
}

void CommandPalette::search() {
    struct Found {
        int command;
        int score;
        bool enabled;
    };
    QList<Found> found;
    for (int i = 0; i < m_commands.size(); ++i) {
        const QAction* action = m_commands[i].action;
        if (action == nullptr)
            continue;
        const QString text = action->text().remove(QLatin1Char('&'));
        // What the action is called says more than the page it is of.
        constexpr int nameBonus = 4;
        auto score = fuzzyMatch(m_field->text(), text + QLatin1Char(' ') + m_commands[i].place);
        if (const auto named = fuzzyMatch(m_field->text(), text))
            score = std::max(*score, *named + nameBonus);
        if (score)
            found.append({i, *score, action->isEnabled()});
    }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.enabled != b.enabled ? a.enabled : a.score > b.score;
    });
    m_list->clear();
    for (const Found& one : found) {
        const Command& command = m_commands[one.command];
        auto* item = new QListWidgetItem(command.action->text().remove(QLatin1Char('&')), m_list);
        item->setData(placeRole, command.place);
        item->setData(keysRole, command.action->shortcut().toString(QKeySequence::NativeText));
        item->setData(commandRole, one.command);
        item->setToolTip(command.action->toolTip());
        if (!one.enabled)
            item->setFlags(Qt::NoItemFlags);
    }
    m_list->setVisible(!found.isEmpty());
    m_nothing->setVisible(found.isEmpty());
    if (!found.isEmpty() && found.first().enabled)
        m_list->setCurrentRow(0);
}

void CommandPalette::triggerCurrent() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr || (item->flags() & Qt::ItemIsEnabled) == 0)
        return;
    const QPointer<QAction> action = m_commands[item->data(commandRole).toInt()].action;
    dismiss();
    if (action)
        action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const int rows = m_list->count();
        const int page = std::max(1, m_list->height() / rowHeight);
        int move = 0;
        switch (key->key()) {
        case Qt::Key_Down: move = 1; break;
        case Qt::Key_Up: move = -1; break;
        case Qt::Key_PageDown: move = page; break;
        case Qt::Key_PageUp: move = -page; break;
        case Qt::Key_Return:
        case Qt::Key_Enter: triggerCurrent(); return true;
        default: break;
        }
        if (move != 0 && rows > 0) {
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + move, 0, rows - 1));
            return true;
        }
    }
    return Overlay::eventFilter(watched, event);
}

} // namespace concertina
