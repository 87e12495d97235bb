// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/schedule.h"

#include <array>
#include <cmath>
#include <numbers>

namespace concertina {

std::span<const ScheduleInfo> schedules() {
    static const std::array<ScheduleInfo, 3> all{
        ScheduleInfo{
            {.id = "cosine",
             .label = "cosine",
             .help = "Falls along half a cosine from the rate to a share of it at the end.",
             .source = "Loshchilov & Hutter 2017, without restarts",
             .options = {{.path = "final",
                          .type = FieldType::Real,
                          .defaultValue = 0.0,
                          .minimum = 0,
                          .maximum = 1,
                          .label = "Final share",
                          .help = "The rate at the end ÷ the rate."}}},
            [](const Json& options, double step, double steps, double) {
                const double last = options["final"].get<double>();
                return last + (1 - last) * 0.5 * (1 + std::cos(std::numbers::pi * step / steps));
            }},
        ScheduleInfo{{.id = "step",
                      .label = "steps",
                      .help = "Multiplied by a factor every few epochs; MTAN halves every 100.",
                      .source = "as torch.optim.lr_scheduler.StepLR",
                      .options = {{.path = "every",
                                   .type = FieldType::Real,
                                   .defaultValue = 100.0,
                                   .minimum = 0.001,
                                   .maximum = 1e6,
                                   .unit = "epochs",
                                   .label = "Every",
                                   .help = "Epochs between two changes."},
                                  {.path = "factor",
                                   .type = FieldType::Real,
                                   .defaultValue = 0.5,
                                   .minimum = 0,
                                   .maximum = 1,
                                   .label = "Factor",
                                   .help = "What the rate is multiplied by."}}},
                     [](const Json& options, double step, double, double stepsPerEpoch) {
                         const double every = options["every"].get<double>() * stepsPerEpoch;
                         return std::pow(options["factor"].get<double>(), std::floor(step / every));
                     }},
        ScheduleInfo{{.id = "constant",
                      .label = "constant",
                      .help = "The same rate in every step.",
                      .source = "as no scheduler"},
                     [](const Json&, double, double, double) { return 1.0; }},
    };
    return all;
}

} // namespace concertina
