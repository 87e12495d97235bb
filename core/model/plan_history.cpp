// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_history.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t NodeBytes = 48; // of a map's entry, beside its value

/// Whether plans differ in nothing but what layers share, merge and freeze.
bool areOfOneNetwork(const SharingPlan& a, const SharingPlan& b) {
    return a.tasks == b.tasks && a.resting == b.resting
           && std::ranges::equal(a.layers, b.layers, [](const LayerPlan& x, const LayerPlan& y) {
                  return x.layer == y.layer && x.factors == y.factors
                         && x.partitions.size() == y.partitions.size();
              });
}

} // namespace

PlanHistory::PlanHistory(SharingPlan start) : m_plan(std::move(start)) {
    m_now = numbersOf(m_plan);
}

/// A layer's factors, bias, norm, how it is merged, and what is frozen, one after the other.
std::vector<std::uint32_t> PlanHistory::numbersOf(const SharingPlan& plan) {
    std::vector<std::uint32_t> numbers;
    for (const LayerPlan& layer : plan.layers) {
        for (const Partition& partition : layer.partitions)
            numbers.push_back(m_partitions.of(partition.groups));
        numbers.push_back(m_partitions.of(layer.bias.groups));
        numbers.push_back(m_partitions.of(layer.norm.groups));
        numbers.push_back((layer.merged ? 1U : 0U) + (layer.product ? 2U : 0U));
        numbers.push_back(m_frozen.of(layer.frozen));
    }
    return numbers;
}

void PlanHistory::add(const std::string& name, SharingPlan plan) {
    if (plan == m_plan)
        return;
    m_steps.resize(m_position);
    Step step{.name = name, .changes = {}};
    std::vector<std::uint32_t> numbers = numbersOf(plan);
    if (areOfOneNetwork(m_plan, plan)) {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (numbers[i] != m_now[i])
                step.changes.push_back({static_cast<std::uint32_t>(i), numbers[i] ^ m_now[i]});
        step.changes.shrink_to_fit();
        m_plan = std::move(plan);
    } else {
        step.other = std::make_unique<SharingPlan>(std::exchange(m_plan, std::move(plan)));
    }
    m_now = std::move(numbers);
    m_steps.push_back(std::move(step));
    ++m_position;
}

/// From one side of a step to the other.
void PlanHistory::toggle(Step& step) {
    if (step.other) {
        std::swap(*step.other, m_plan);
        m_now = numbersOf(m_plan);
        return;
    }
    auto change = step.changes.begin();
    std::size_t place = 0;
    const auto changed = [&](auto set) {
        if (change != step.changes.end() && change->place == place) {
            m_now[place] ^= change->both;
            ++change;
            set(m_now[place]);
        }
        ++place;
    };
    const auto takePartition = [&](Partition& partition) {
        changed([&](std::uint32_t number) { partition.groups = m_partitions.value(number); });
    };
    for (LayerPlan& layer : m_plan.layers) {
        std::ranges::for_each(layer.partitions, takePartition);
        takePartition(layer.bias);
        takePartition(layer.norm);
        changed([&](std::uint32_t number) {
            layer.merged = (number & 1U) != 0;
            layer.product = (number & 2U) != 0;
        });
        changed([&](std::uint32_t number) { layer.frozen = m_frozen.value(number); });
    }
}

void PlanHistory::undo() {
    if (canUndo())
        toggle(m_steps[--m_position]);
}

void PlanHistory::redo() {
    if (canRedo())
        toggle(m_steps[m_position++]);
}

void PlanHistory::go(std::size_t position) {
    while (m_position > position)
        undo();
    while (m_position < position && canRedo())
        redo();
}

std::size_t PlanHistory::bytes() const {
    std::size_t sum = m_now.size() * sizeof(std::uint32_t);
    for (const Step& step : m_steps) {
        sum += sizeof(Step) + step.name.capacity() + step.changes.capacity() * sizeof(Change);
        if (step.other)
            sum += sizeof(SharingPlan)
                   + step.other->layers.size()
                         * (sizeof(LayerPlan) + 5 * step.other->tasks.size() * sizeof(TaskSet));
    }
    for (const auto* groups : m_partitions.all())
        sum += NodeBytes + sizeof(*groups) + groups->size() * sizeof(TaskSet);
    for (const auto* parts : m_frozen.all())
        sum += NodeBytes + sizeof(*parts) + parts->size() * sizeof(std::string);
    return sum;
}

} // namespace concertina
