// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"

#include "core/backbones/backbone.h"
#include "core/balancing/balancing.h"
#include "core/data/dataset.h"
#include "core/exports/export.h"
#include "core/optimizers/optimizer.h"
#include "core/optimizers/schedule.h"
#include "core/parametrizations/parametrization.h"
#include "core/tasks/task.h"

namespace concertina {

const Catalogue& catalogue() {
    static const Catalogue all = [] {
        Catalogue c;
        for (const auto* entry : datasets())
            c.datasets.push_back(entry->info);
        for (const auto* entry : tasks())
            c.tasks.push_back(entry->info);
        for (const auto* info : backbones())
            c.backbones.push_back(*info);
        for (const auto* entry : parametrizations())
            c.parametrizations.push_back(entry->info);
        for (const auto* entry : optimizers())
            c.optimizers.push_back(entry->info);
        for (const ScheduleInfo& info : schedules())
            c.schedules.push_back(info);
        for (const auto* entry : balancings())
            c.balancings.push_back(entry->info);
        for (const auto* entry : exports())
            c.exports.push_back(entry->info);
        return c;
    }();
    return all;
}

} // namespace concertina
