// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/rule_line.h"

#include "core/model/catalogue.h"
#include "core/model/sharing_edit.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

namespace concertina {

RuleLine::RuleLine(const Catalogue& catalogue, QWidget* parent)
    : QWidget(parent),
      m_rule(new QLineEdit),
      m_add(new QPushButton(tr("Add"))),
      m_also(new QToolButton),
      m_menu(new QMenu(this)),
      m_kernels(new QMenu(tr("Another kernel"), this)) {
    m_rule->setPlaceholderText(tr("A rule, such as  dec1.*: kernel factored  or  enc*: freeze"));
    m_rule->setAccessibleName(tr("Rule"));
    m_rule->setToolTip(
        tr("<p>LAYERS: and behind it a state (tied, merged, factors shared, separate), with groups "
           "of tasks before it if need be; one factor and its groups; freeze or unfreeze, of "
           "everything or one factor; rest; or kernel and what it shall be.</p>"
           "<p>dec1.*: {depth} | {normal, segmentation} separate<br>enc1.1: freeze M<br>"
           "dec1.*: kernel factored {\"rank\": 0.5}</p>"));
    m_rule->setClearButtonEnabled(true);
    m_rule->setTextMargins(4, 0, 0, 0);
    m_add->setToolTip(tr("Adds the rule to what would change (Enter)"));
    m_add->setEnabled(false);
    m_also->setText(tr("Also ▾"));
    m_also->setAccessibleName(tr("More changes of the selected layers"));
    m_also->setAutoRaise(true);
    m_also->setFocusPolicy(Qt::StrongFocus);
    makeMenu(catalogue);
    connect(m_rule, &QLineEdit::textEdited, this, &RuleLine::edited);
    connect(m_rule, &QLineEdit::textChanged, this, [this] { m_add->setEnabled(!text().empty()); });
    const auto type = [this] {
        if (const std::string rule = text(); !rule.empty())
            Q_EMIT typed(rule);
    };
    connect(m_rule, &QLineEdit::returnPressed, this, type);
    connect(m_add, &QPushButton::clicked, this, type);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_rule, 1);
    line->addWidget(m_add);
    line->addWidget(m_also);
    setFocusProxy(m_rule);
    setRefusal({});
    setChosen({});
}

void RuleLine::makeMenu(const Catalogue& catalogue) {
    m_menu->setToolTipsVisible(true);
    m_kernels->setToolTipsVisible(true);
    const auto offer = [this](QMenu* menu, const QString& label, const std::string& action) {
        QAction* entry =
            menu->addAction(label, this, [this, action] { Q_EMIT chosen(rulesFor(action)); });
        entry->setData(toQt(action));
    };
    offer(m_menu, tr("Freeze"), "freeze");
    offer(m_menu, tr("Let rest"), "rest");
    offer(m_menu, tr("Unfreeze"), "unfreeze");
    m_menu->addMenu(m_kernels);
    for (const ParametrizationInfo& info : catalogue.parametrizations)
        if (info.composable) // others are more than their factors, and cannot be made anew
            offer(m_kernels, toQt(info.label), "kernel " + info.id);
    connect(m_menu, &QMenu::aboutToShow, this, &RuleLine::showMenu);
    connect(m_also, &QToolButton::clicked, this,
            [this] { m_menu->popup(m_also->mapToGlobal(QPoint(0, m_also->height()))); });
}

void RuleLine::setDraft(const PlanDraft* draft) {
    m_draft = draft;
    setChosen(m_chosen);
}

void RuleLine::setChosen(std::vector<std::size_t> layers) {
    m_chosen = std::move(layers);
    const bool some = m_draft != nullptr && !m_chosen.empty();
    m_also->setEnabled(some);
    m_also->setToolTip(some ? tr("Freeze the selected layers, or give them another kernel")
                            : tr("Select layers in the matrix to freeze them, or to give them "
                                 "another kernel"));
}

void RuleLine::setRefusal(const QString& why) {
    m_rule->setAccessibleDescription(why.isEmpty() ? m_rule->placeholderText() : why);
}

std::string RuleLine::text() const {
    return m_rule->text().trimmed().toStdString();
}

void RuleLine::clear() {
    m_rule->clear();
}

std::vector<std::string> RuleLine::rulesFor(const std::string& action) const {
    std::vector<std::string> rules;
    if (m_draft != nullptr)
        for (const std::string& pattern :
             layerPatterns(m_draft->before()->plan.layerNames(), m_chosen))
            rules.push_back(pattern + ": " + action);
    return rules;
}

void RuleLine::showMenu() {
    for (QMenu* menu : {m_kernels, m_menu})
        for (QAction* entry : menu->actions()) {
            if (entry->menu() != nullptr || m_draft == nullptr)
                continue;
            PlanDraft tried = *m_draft;
            const auto added = tried.add(rulesFor(entry->data().toString().toStdString()));
            entry->setEnabled(added.has_value());
            if (added)
                entry->setToolTip({});
            else if (added.error().code == "plan_change.nothing")
                entry->setToolTip(tr("These layers are so already"));
            else
                entry->setToolTip(toQt(toText(added.error())));
        }
}

} // namespace concertina
