// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "core/model/network_design.h"
#include "core/values/problem.h"

#include <QObject>
#include <QString>

#include <vector>

namespace concertina {

/// A plan that the page shows and edits, with its history: of the experiment that is being set up,
/// or of a run.
class PlanSubject : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The network before the change that is looked at, and after it. Null where it cannot be put
    /// together.
    virtual const SharedDesign& before() const = 0;
    virtual const SharedDesign& after() const = 0;

    virtual const ExperimentSpec& spec() const = 0;
    virtual CostSettings costs() const = 0;

    /// The rules that the plan comes from, or that join those of a run.
    virtual std::vector<std::string> rules() const = 0;

    /// What is wrong with the rules, or else with the experiment.
    virtual Problems problems() const { return {}; }

    /// A named step to another plan of the same layers. The error is why the network cannot have
    /// it; nothing is changed then.
    virtual Expected<void> adopt(const QString& step, const SharingPlan& plan) = 0;

    virtual bool isEditable() const { return true; }

    virtual QString undoText() const = 0; ///< empty: nothing to undo
    virtual QString redoText() const = 0;
    virtual void undo() = 0;
    virtual void redo() = 0;

Q_SIGNALS:
    void changed();
};

} // namespace concertina
