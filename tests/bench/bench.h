// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina::bench {

/// A figure with what is asked of it: "<=1.10", ">=100"; empty where it is only reported.
struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    std::string goal;
};

/// Whether a value reaches its goal; true without one.
bool reached(const Figure& figure);

/// One measurement, by its name on the command line; may give several figures.
struct Bench {
    const char* name;
    const char* help;
    std::function<std::vector<Figure>()> run;
};

std::span<const Bench> productBenches();
std::span<const Bench> stepBenches();
std::span<const Bench> memoryBenches();
std::span<const Bench> replanBenches();
std::span<const Bench> collapseBenches();
std::span<const Bench> runnerBenches();
std::span<const Bench> storeBenches();
std::span<const Bench> roomsBenches();
std::span<const Bench> dataBenches();
std::span<const Bench> cocoBenches();
std::span<const Bench> windowBenches();    ///< its widgets, where the window is built
std::span<const Bench> sharingBenches();   ///< its page Sharing
std::span<const Bench> workbenchBenches(); ///< the whole of it
std::span<const Bench> presetBenches(); ///< minutes each; not part of "all"

/// What a child process of a memory bench does, by the variant's name; the exit code.
int runMemoryChild(const std::string& variant);

/// Collapses a checkpoint, and prints what it took.
int runCollapseChild(const std::string& checkpoint);

/// Opens a file of annotations, and prints seconds and the process's memory.
int runIndexChild(const std::string& file);

/// The largest memory that this process has had, in MB.
double peakMegabytes();

/// What a child process `--child ARGUMENT` of this program prints.
std::vector<double> numbersOfChild(const std::string& argument);

/// A preset with complete options.
ExperimentSpec presetNamed(std::string_view name);

double median(std::vector<double> values);

/// Seconds that a call takes.
double seconds(const std::function<void()>& work);

/// Runs both in turn, `rounds` times after one that is not counted, and returns the median of the
/// ratios a ÷ b: a change of the machine's speed meets both.
double ratio(const std::function<void()>& a, const std::function<void()>& b, int rounds);

} // namespace concertina::bench
