// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/agreement.h"

#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

bool unpools(const Program& program) {
    return std::ranges::any_of(program.instructions, [](const Instruction& instruction) {
        return instruction.op == Op::MaxUnpool;
    });
}

} // namespace

AgreementLimit agreementLimit(const CollapsedNetwork& network, bool isOfClasses) {
    if (!network.quantization.empty())
        return {LargestRel8, MostMoved8};
    return {LargestRel32, isOfClasses || unpools(network.program) ? MostMoved : 0};
}

std::string limitText(const CollapsedNetwork& network) {
    if (network.quantization.empty())
        return {};
    const AgreementLimit limit = agreementLimit(network);
    return ", against the same rounding by Concertina, to " + digitsText(100 * limit.relative, 2)
           + " % of the greatest for all but " + digitsText(100 * limit.beyond, 2)
           + " % of the values";
}

ReaderReport agreement(const CollapsedNetwork& network, const std::vector<torch::Tensor>& expected,
                       const std::vector<torch::Tensor>& found, std::string reader) {
    ReaderReport report{.reader = std::move(reader), .ran = true};
    for (std::size_t t = 0; t < expected.size() && report.why.empty(); ++t) {
        const std::string& task = network.targets[t].name;
        if (found[t].numel() != expected[t].numel()) {
            report.why = task + " has other sizes: " + c10::str(found[t].sizes()) + " in place of "
                         + c10::str(expected[t].sizes());
            break;
        }
        const bool isOfClasses = !expected[t].is_floating_point();
        const AgreementLimit limit = agreementLimit(network, isOfClasses);
        const torch::Tensor wanted = expected[t].to(torch::kFloat64).flatten();
        const torch::Tensor away = (found[t].to(torch::kFloat64).flatten() - wanted).abs();
        const double largest = isOfClasses ? 1 : wanted.abs().max().item<double>();
        const torch::Tensor relative = away / std::max(largest, 1e-30);
        const double beyond = (relative > limit.relative).to(torch::kFloat64).mean().item<double>();
        report.differences.push_back(
            {task, isOfClasses ? 0 : relative.max().item<double>(), beyond});
        if (!torch::isfinite(away).all().item<bool>())
            report.why = task + " has values that are no numbers";
        else if (beyond > limit.beyond)
            report.why = task + ": " + digitsText(100 * beyond, 3)
                         + " % of the values are further off than " + digitsText(limit.relative, 1)
                         + " of the greatest";
    }
    report.agrees = report.why.empty();
    return report;
}

} // namespace concertina
