// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/factor_words.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_model.h"

#include <algorithm>

namespace concertina {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// Names of those factors of a row for which something holds.
template <class Holds>
QString namesOf(const SharingRow& row, Holds holds) {
    QStringList names;
    for (const FactorInfo& factor : row.factors.factors)
        if (holds(factor))
            names << toQt(factor.name);
    return names.join(QStringLiteral(", "));
}

/// "all tasks", "each task", "S D | N".
QString ownersText(const Partition& partition, const std::vector<SharingTask>& tasks) {
    if (partition.groups.size() <= 1)
        return SharingModel::tr("all tasks");
    if (partition.groups.size() == tasks.size())
        return SharingModel::tr("each task");
    QStringList groups;
    for (const TaskSet group : partition.groups) {
        QStringList letters;
        for (const int task : tasksOf(group))
            letters << tasks[static_cast<std::size_t>(task)].letter;
        groups << letters.join(QLatin1Char(' '));
    }
    return groups.join(QStringLiteral(" | "));
}

/// What is said behind a factor's name; those with equal words stand together.
QString wordsOf(const FactorInfo& factor, const SharingRow& row, const Partition& partition,
                const std::vector<SharingTask>& tasks) {
    QStringList words;
    if (tasks.size() > 1)
        words << ownersText(partition, tasks);
    if (factor.network)
        words << SharingModel::tr("one for the whole network");
    if (row.plan.isFrozen(factor.name))
        words << SharingModel::tr("frozen");
    if (contains(row.behind.factors, factor.name))
        words << (row.behind.kept ? SharingModel::tr("kept behind the kernel")
                                  : SharingModel::tr("behind the kernel"));
    switch (factor.meaning) {
    case FactorMeaning::Gate: words << SharingModel::tr("a gate"); break;
    case FactorMeaning::Mixture: words << SharingModel::tr("a mixture"); break;
    case FactorMeaning::None: break;
    }
    return words.join(QStringLiteral(", "));
}

} // namespace

FactorsBehind factorsBehind(const LayerDesign& layer) {
    FactorsBehind behind;
    for (const FragmentPart& part : layer.fragment.parts) {
        const bool reads = std::ranges::any_of(part.inputs, [](int input) { return input >= 0; });
        if (part.op != Op::Conv || part.firstFactor == 0 || !reads)
            continue;
        behind.kept = part.kept;
        for (std::size_t k = part.firstFactor; k < part.firstFactor + part.factorCount; ++k)
            behind.factors.push_back(layer.factors.factors[k].name);
    }
    return behind;
}

QString factorsText(const SharingRow& row, const std::vector<SharingTask>& tasks) {
    std::vector<std::pair<QStringList, QString>> parts; // names, and what is said of them
    const auto add = [&](const FactorInfo& factor, const Partition& partition) {
        const QString words = wordsOf(factor, row, partition, tasks);
        const auto same = std::ranges::find(parts, words, &std::pair<QStringList, QString>::second);
        if (same != parts.end())
            same->first << toQt(factor.name);
        else
            parts.emplace_back(QStringList{toQt(factor.name)}, words);
    };
    for (std::size_t k = 0; k < row.factors.factors.size(); ++k)
        add(row.factors.factors[k], row.plan.partitions[k]);
    if (row.plan.hasBias())
        add({.name = "bias", .shape = {}}, row.plan.bias);
    add({.name = "norm", .shape = {}}, row.plan.norm);
    QStringList texts;
    for (const auto& [names, words] : parts)
        texts << names.join(QStringLiteral(", "))
                     + (words.isEmpty() ? QString() : QStringLiteral(": ") + words);
    return texts.join(QStringLiteral(" · "));
}

QStringList factorSentences(const SharingRow& row) {
    QStringList sentences;
    const QString gates = namesOf(
        row, [](const FactorInfo& factor) { return factor.meaning == FactorMeaning::Gate; });
    if (!gates.isEmpty())
        sentences << SharingModel::tr("%1 is a gate: where the score reaches its threshold, the "
                                      "layer is claimed.")
                         .arg(gates);
    const QString mixtures = namesOf(
        row, [](const FactorInfo& factor) { return factor.meaning == FactorMeaning::Mixture; });
    if (!mixtures.isEmpty())
        sentences
            << SharingModel::tr("%1 says in which shares the others are mixed.").arg(mixtures);
    const QString network = namesOf(row, [](const FactorInfo& factor) { return factor.network; });
    if (!network.isEmpty())
        sentences << SharingModel::tr("%1 is one for the whole network: all such layers read it.")
                         .arg(network);
    if (!row.behind.factors.empty())
        sentences << (row.behind.kept
                          ? SharingModel::tr("%1 run behind the kernel, and are kept there in the "
                                             "collapsed network.")
                          : SharingModel::tr("%1 run behind the kernel; the collapsed network has "
                                             "one kernel."))
                         .arg(toQt(join(row.behind.factors, ", ")));
    return sentences;
}

std::optional<GateShare> gateShare(const SharingRow& row, const std::vector<std::string>& layers,
                                   const FactorReadings& readings, const std::string& task) {
    const bool gated = std::ranges::any_of(row.factors.factors, [](const FactorInfo& factor) {
        return factor.meaning == FactorMeaning::Gate;
    });
    std::optional<GateShare> share;
    for (const std::size_t layer : row.layers) {
        const FactorReading* gate = gated ? readings.gate(layers[layer], task) : nullptr;
        if (gate == nullptr)
            continue;
        const double score = gate->values.front();
        if (!share)
            share = GateShare{.lowest = score, .highest = score, .threshold = gate->threshold};
        ++share->gated;
        share->open += gate->open ? 1 : 0;
        share->lowest = std::min(share->lowest, score);
        share->highest = std::max(share->highest, score);
    }
    return share;
}

QString claimText(const GateShare& gate) {
    if (gate.gated > 1)
        return SharingModel::tr("claims %1 of %2 layers").arg(gate.open).arg(gate.gated);
    return gate.open > 0 ? SharingModel::tr("claimed") : SharingModel::tr("not claimed");
}

QString scoreText(const GateShare& gate) {
    const auto number = [](double value) { return toQt(digitsText(value, 3)); };
    const QString scores =
        number(gate.lowest) == number(gate.highest)
            ? number(gate.lowest)
            : SharingModel::tr("%1 to %2").arg(number(gate.lowest), number(gate.highest));
    return SharingModel::tr("score %1, threshold %2").arg(scores, number(gate.threshold));
}

} // namespace concertina
