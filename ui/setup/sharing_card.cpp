// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/sharing_card.h"

#include "core/model/sharing_edit.h"
#include "core/model/task_words.h"
#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

constexpr std::array states{SharingState::Tied, SharingState::Merged, SharingState::MergedByProduct,
                            SharingState::FactorsShared, SharingState::Separate};
constexpr int RulesHeight = 76;

QString joined(const std::vector<std::string>& rules) {
    return toQt(join(rules, "\n"));
}

} // namespace

SharingCard::SharingCard(const Catalogue& catalogue, QWidget* parent)
    : Card(tr("Sharing"), parent), m_catalogue(catalogue), m_matrix(new SharingMatrix),
      m_all(new QToolButton(this)), m_showRules(new QToolButton(this)),
      m_rules(new QPlainTextEdit), m_message(new TonedLabel(ColorRole::Bad)) {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(8, 2, 8, 8);
    layout->setSpacing(4);
    layout->addWidget(m_matrix, 1);
    layout->addWidget(m_message);
    layout->addWidget(m_rules);
    setBody(body);
    m_message->setFont(smallFont());
    m_message->setWordWrap(true);
    m_message->hide();

    m_rules->setFixedHeight(RulesHeight);
    m_rules->setFont(smallFont());
    m_rules->setUndoRedoEnabled(false);
    m_rules->setTabChangesFocus(true);
    m_rules->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_rules->setAccessibleName(tr("Rules of sharing"));
    m_rules->setPlaceholderText(QStringLiteral("*: tied"));
    m_rules->installEventFilter(this);
    m_rules->hide();
    for (const auto& field : specFields())
        if (field.path == "network.sharing") {
            m_rules->setToolTip(QStringLiteral("<p>%1</p><p>%2</p>")
                                    .arg(toQt(field.help).toHtmlEscaped(), tr("One rule a line.")));
            m_rules->setAccessibleDescription(toQt(field.help));
        }

    makeMenu();
    auto* page = new QToolButton(this);
    page->setText(tr("Page"));
    page->setToolTip(tr("The plan cell by cell, and what runs together, on the page Sharing"));
    connect(page, &QToolButton::clicked, this, &SharingCard::pageWanted);
    for (QToolButton* button : {page, m_all, m_showRules}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
        headerLayout()->addWidget(button);
    }
    connect(m_showRules, &QToolButton::toggled, m_rules, &QWidget::setVisible);
    connect(m_rules, &QPlainTextEdit::textChanged, this, [this] {
        std::vector<std::string> rules;
        for (const std::string& line : split(m_rules->toPlainText().toStdString(), '\n'))
            if (!line.empty())
                rules.push_back(line);
        if (rules != m_written)
            Q_EMIT rulesEdited(rules);
    });
    connect(m_matrix, &SharingMatrix::stateWanted, this, &SharingCard::wantState);
}

/// States for all layers at once.
void SharingCard::makeMenu() {
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    for (std::size_t i = 0; i < states.size(); ++i) {
        m_allActions[i] = menu->addAction(stateLabel(states[i]), this,
                                          [this, state = states[i]] { wantStateOfAll(state); });
        m_allActions[i]->setToolTip(stateHelp(states[i]));
    }
    m_all->setText(tr("All layers ▾"));
    m_all->setAccessibleName(tr("Put all layers into a state"));
    connect(m_all, &QToolButton::clicked, menu,
            [this, menu] { menu->popup(m_all->mapToGlobal(QPoint(0, m_all->height()))); });
    m_showRules->setText(tr("Rules"));
    m_showRules->setCheckable(true);
    m_showRules->setToolTip(tr("Sharing as it stands in the spec: rules, the later wins"));
}

void SharingCard::setRules(const std::vector<std::string>& rules) {
    if (rules == m_written)
        return;
    m_written = rules;
    // What is being written is not written over: lines that say the same may look otherwise.
    if (m_rules->hasFocus()) {
        std::vector<std::string> shown;
        for (const std::string& line : split(m_rules->toPlainText().toStdString(), '\n'))
            if (!line.empty())
                shown.push_back(line);
        if (shown == rules)
            return;
    }
    m_rules->setPlainText(joined(rules));
}

void SharingCard::setNetwork(const ExperimentSpec& spec,
                             const std::optional<NetworkDesign>& network) {
    m_layers.clear();
    m_tasks.clear();
    if (network) {
        m_tasks = network->plan.tasks;
        m_layers = network->sharedFactors();
        std::vector<SharingTask> tasks;
        for (const TaskWords& words : taskWords(spec, m_catalogue))
            tasks.push_back({toQt(words.letter), toQt(words.label)});
        m_matrix->setNetwork(*network, std::move(tasks));
    } else {
        m_matrix->clear();
    }
    m_all->setEnabled(m_tasks.size() > 1);
    for (std::size_t i = 0; i < states.size(); ++i)
        m_allActions[i]->setEnabled(std::ranges::any_of(m_layers, [&](const LayerFactors& layer) {
            return std::ranges::count(availableStates(layer, static_cast<int>(m_tasks.size())),
                                      states[i])
                   > 0;
        }));
}

void SharingCard::setProblems(const std::map<std::string, QString>& problems) {
    QStringList lines;
    for (const auto& [path, text] : problems)
        if (path.starts_with("network.sharing")) {
            const QString index = toQt(path).section(QLatin1Char('.'), 2, 2);
            lines << (index.isEmpty() ? text : tr("Rule %1: %2").arg(index.toInt() + 1).arg(text));
        }
    m_message->setText(lines.join(QLatin1Char('\n')));
    m_message->setVisible(!lines.isEmpty());
    if (!lines.isEmpty())
        m_showRules->setChecked(true);
}

void SharingCard::showRules() {
    m_showRules->setChecked(true);
    m_rules->setFocus(Qt::ShortcutFocusReason);
}

void SharingCard::wantState(const std::vector<std::size_t>& layers, SharingState state) {
    const auto rules = rulesWithState(m_written, m_layers, m_tasks, layers, state);
    if (rules == m_written)
        return;
    std::vector<std::string> names;
    for (const LayerFactors& layer : m_layers)
        names.push_back(layer.layer);
    Q_EMIT plannedRules(rules, tr("%1: %2").arg(toQt(join(layerPatterns(names, layers), ", ")),
                                                stateLabel(state).toLower()));
}

void SharingCard::wantStateOfAll(SharingState state) {
    std::vector<std::size_t> all(m_layers.size());
    std::iota(all.begin(), all.end(), 0);
    wantState(all, state);
}

bool SharingCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_rules && event->type() == QEvent::ShortcutOverride) {
        // One history for the whole setup: the page's undo, not the editor's.
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return true;
        }
    }
    if (watched == m_rules && event->type() == QEvent::FocusOut)
        Q_EMIT rulesFinished();
    return Card::eventFilter(watched, event);
}

} // namespace concertina
