// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/task_change.h"
#include "ui/window/page_context.h"

#include <QMenu>

#include <functional>
#include <optional>

namespace concertina {

/// What can begin as a run ended: its tasks trained on, another task beside them, or all without
/// one. Each opens Set-up with the new experiment. Filled when it is about to be shown, as only the
/// run's record says which tasks it has.
class BeginMenu : public QMenu {
    Q_OBJECT

public:
    /// `run`: the one that is selected now; none where it is not one.
    BeginMenu(PageContext context, std::function<std::optional<RunId>()> run, QWidget* parent);

Q_SIGNALS:
    void refused(const QString& what, const concertina::Problem& problem);

private:
    void read();
    void fill(const PlannedNetwork& network, const QString& name);
    void open(const Expected<ExperimentSpec>& spec, const QString& name);

    PageContext m_context;
    std::function<std::optional<RunId>()> m_run;
};

} // namespace concertina
