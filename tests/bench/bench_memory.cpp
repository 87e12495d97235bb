// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace concertina::bench {

namespace {

constexpr int stepsInChild = 4;

/// The peak of a child that trains a variant for a few steps.
double peakOfChild(const std::string& variant) {
    return numbersOfChild(variant).at(0);
}

std::vector<Figure> factoredMemory() {
    std::vector<Figure> figures;
    for (const char* size : {"quarter", "compact"}) {
        const std::string suffix = std::string("-") + size;
        const double idle = peakOfChild("idle" + suffix);
        const double plain = peakOfChild("plain" + suffix) - idle;
        const double tied = peakOfChild("factored" + suffix) - idle;
        const double merged = peakOfChild("merged" + suffix) - idle;
        const std::string where = std::string(" (") + size + ")";
        figures.push_back({"memory of plain" + where, plain, "MB", ""});
        figures.push_back({"memory factored, all tied / plain" + where, tied / plain, "ratio",
                           "<=1.15"});
        figures.push_back({"memory, merged / plain" + where, merged / plain, "ratio", ""});
    }
    return figures;
}

} // namespace

double peakMegabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::stod(line.substr(6)) / 1024;
    return 0;
}

std::vector<double> numbersOfChild(const std::string& argument) {
    const std::string command = "/proc/" + std::to_string(getpid()) + "/exe --child '" + argument + "'";
    std::FILE* child = popen(command.c_str(), "r");
    std::vector<double> numbers;
    for (double number = 0; child != nullptr && std::fscanf(child, "%lf", &number) == 1;)
        numbers.push_back(number);
    if (child == nullptr || pclose(child) != 0 || numbers.empty())
        throw std::runtime_error("the child " + argument + " failed");
    return numbers;
}

int runMemoryChild(const std::string& variant) {
    const Size size = variant.ends_with("quarter") ? Size::Quarter : Size::Compact;
    const bool plain = variant.starts_with("plain") || variant.starts_with("idle");
    const char* sharing = variant.starts_with("merged") ? "*: merged" : "*: tied";
    FixedStep step(specFor(size, plain ? "plain" : "factored", sharing));
    if (!variant.starts_with("idle"))
        for (int i = 0; i < stepsInChild; ++i)
            step();
    std::printf("%f\n", peakMegabytes());
    return 0;
}

std::span<const Bench> memoryBenches() {
    static const std::array all{
        Bench{"memory", "peak memory of training, less an idle process's", factoredMemory}};
    return all;
}

} // namespace concertina::bench
