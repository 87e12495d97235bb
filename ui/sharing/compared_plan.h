// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sharing/plan_subject.h"
#include "ui/window/page_context.h"
#include "widgets/controls/card.h"
#include "widgets/sharing/sharing_model.h"

#include <QPointer>

#include <functional>
#include <optional>
#include <vector>

class QAction;

namespace concertina {

class PlanMatrix;

/// Another plan that a subject's is compared with: of a run, of a file, or as it was before the
/// change. The card shows it beside the subject's own.
class ComparedPlan : public Card {
    Q_OBJECT

public:
    explicit ComparedPlan(const PageContext& context, QWidget* parent = nullptr);

    QAction* chooser() const { return m_chooser; } ///< with a menu
    QAction* besideAction() const { return m_beside; }
    PlanMatrix* matrix() const { return m_matrix; }

    void forget(); ///< the chosen one: it is compared with the plan before the change

    /// Compares with what a subject has now; null: with nothing.
    void show(PlanSubject* subject, std::vector<SharingTask> tasks);

    const std::optional<SharingPlan>& plan() const { return m_plan; } ///< none: nothing to compare
    QString name() const;                                             ///< "before", "run 3"
    bool isChosen() const { return m_chosen.has_value(); }
    bool isBeside() const;

Q_SIGNALS:
    void changed();
    void refused(const QString& why);

private:
    struct Chosen {
        QString name;
        NetworkDesign design;
    };

    void fillMenu();
    void chooseRun(const RunId& run, const QString& name);
    void chooseFile();
    void choose(const QString& name,
                const std::function<Expected<SharingPlan>(const NetworkDesign& own)>& planFor);

    PageContext m_context;
    QPointer<PlanSubject> m_subject;
    std::optional<Chosen> m_chosen;
    std::optional<SharingPlan> m_plan;
    PlanMatrix* m_matrix;
    QAction* m_chooser;
    QAction* m_beside;
};

} // namespace concertina
