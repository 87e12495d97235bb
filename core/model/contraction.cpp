// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/contraction.h"

#include "core/values/text.h"

#include <algorithm>
#include <limits>

namespace concertina {

namespace {

// Measured on two cores with AVX2, against a multiply–add of a 3 × 3 convolution (256 to 512
// channels, float32): of a 1 × 1 convolution, of a byte that goes through memory, and of one more
// operation of the network, forward and back.
constexpr double pointwiseCost = 0.65;
constexpr double byteCost = 5;
constexpr double operationCost = 1e6;

double areaOf(const KernelShape& kernel) {
    return double(kernel.height) * kernel.width;
}

/// Whether the image has the size of the layer's output once this factor has run: it or one before
/// it, at the input's side, moves over the pixels.
bool isBehindMove(std::span<const KernelShape> convolutions, std::size_t factor) {
    return std::ranges::any_of(convolutions.subspan(factor),
                               [](const KernelShape& kernel) { return !kernel.isPointwise(); });
}

class StretchChooser {
public:
    StretchChooser(std::span<const KernelShape> convolutions, double composeCost,
                   const LayerPixels& pixels, int batch)
        : m_convolutions(convolutions),
          m_composeCost(composeCost),
          m_pixels(pixels),
          m_batch(batch) {}

    KernelStretch stretch(std::size_t first, std::size_t count) const {
        const auto stretch = m_convolutions.subspan(first, count);
        return {first, count, kernelOf(stretch),
                count == m_convolutions.size() ? m_composeCost : composeCostOf(stretch)};
    }

    double costOf(const KernelStretch& stretch) const {
        // Without a factor that moves over the pixels the sizes are one.
        const double pixels =
            m_batch
            * (isBehindMove(m_convolutions, stretch.first) ? m_pixels.output : m_pixels.input);
        const double multiplyAdds = double(stretch.kernel.weights()) * pixels;
        double cost = stretch.composeCost
                      + multiplyAdds * (stretch.kernel.isPointwise() ? pointwiseCost : 1.0);
        if (stretch.first > 0) // what the next stretch reads
            cost += operationCost + byteCost * 2 * sizeof(float) * stretch.kernel.out * pixels;
        return cost;
    }

    /// The cheapest way to cut the factors, by the cheapest for those behind each of them.
    std::vector<KernelStretch> cheapest() const {
        const std::size_t count = m_convolutions.size();
        std::vector<double> best(count + 1, std::numeric_limits<double>::infinity());
        std::vector<std::size_t> taken(count, 1);
        best[count] = 0;
        for (std::size_t first = count; first-- > 0;)
            for (std::size_t size = 1; first + size <= count; ++size) {
                const double cost = costOf(stretch(first, size)) + best[first + size];
                if (cost >= best[first])
                    continue;
                best[first] = cost;
                taken[first] = size;
            }
        std::vector<KernelStretch> stretches;
        for (std::size_t first = 0; first < count; first += taken[first])
            stretches.push_back(stretch(first, taken[first]));
        return stretches;
    }

private:
    std::span<const KernelShape> m_convolutions;
    double m_composeCost;
    LayerPixels m_pixels;
    double m_batch;
};

} // namespace

KernelShape kernelOf(std::span<const KernelShape> stretch) {
    if (stretch.size() == 1)
        return stretch.front();
    KernelShape kernel{.out = stretch.front().out, .in = stretch.back().in};
    for (const KernelShape& factor : stretch)
        if (!factor.isPointwise()) {
            kernel = factor;
            kernel.out = stretch.front().out;
            kernel.in = stretch.back().in;
        }
    return kernel;
}

double composeCostOf(std::span<const KernelShape> stretch) {
    double cost = 0;
    double area = areaOf(stretch.front());
    bool diagonal = stretch.front().isDiagonal(); // the product so far
    for (const KernelShape& next : stretch.subspan(1)) {
        area = std::max(area, areaOf(next));
        const bool scales = diagonal || next.isDiagonal();
        diagonal = diagonal && next.isDiagonal();
        cost += double(stretch.front().out) * next.in * area * (scales ? 1.0 : double(next.out));
    }
    return cost;
}

double contractionCost(std::span<const KernelShape> convolutions,
                       std::span<const KernelStretch> stretches, const LayerPixels& pixels,
                       int batch) {
    const StretchChooser chooser(convolutions, 0, pixels, batch);
    double cost = 0;
    for (const KernelStretch& stretch : stretches)
        cost += chooser.costOf(stretch);
    return cost;
}

std::vector<KernelStretch> stretchesOf(const Cuttable& layer, std::span<const std::size_t> sizes) {
    const StretchChooser chooser(layer.convolutions, layer.composeCost, layer.pixels, 1);
    std::vector<KernelStretch> stretches;
    std::size_t first = 0;
    for (const std::size_t size : sizes) {
        stretches.push_back(chooser.stretch(first, size));
        first += size;
    }
    return stretches.size() > 1 ? std::move(stretches) : std::vector<KernelStretch>();
}

std::vector<KernelStretch> chooseStretches(const Cuttable& layer,
                                           const ContractionSettings& settings) {
    if (layer.convolutions.size() < 2)
        return {};
    std::vector<std::size_t> sizes;
    for (const ContractionRule& rule : settings.rules) {
        if (!rule.names(layer.layer) || !rule.hasFactors(layer.factors))
            continue;
        sizes.clear();
        for (const auto& stretch : rule.stretches)
            sizes.push_back(stretch.size());
    }
    if (!sizes.empty())
        return stretchesOf(layer, sizes);
    switch (settings.wanted) {
    case Contraction::Compose: return {};
    case Contraction::Run:
        sizes.assign(layer.convolutions.size(), 1);
        return stretchesOf(layer, sizes);
    case Contraction::Cheapest:
    case Contraction::Calibrate: break; // until it is measured
    }
    auto stretches =
        StretchChooser(layer.convolutions, layer.composeCost, layer.pixels, settings.batch)
            .cheapest();
    return stretches.size() > 1 ? std::move(stretches) : std::vector<KernelStretch>();
}

bool ContractionRule::names(const std::string& layer) const {
    return std::ranges::any_of(
        layers, [&layer](const std::string& pattern) { return matchesPattern(layer, pattern); });
}

bool ContractionRule::hasFactors(std::span<const FactorInfo> factors) const {
    std::vector<std::string> named;
    for (const auto& stretch : stretches)
        named.insert(named.end(), stretch.begin(), stretch.end());
    return std::ranges::equal(named, factors, {}, {}, &FactorInfo::name);
}

Expected<ContractionRule> parseContractionRule(std::string_view text) {
    const auto wrong = [&] {
        return failure({"contraction.syntax", "", "\"" + shortened(std::string(text), 80) + "\"",
                        "LAYERS: STRETCHES, as in \"enc5.* dec5.*: U·M | V\"",
                        "| stands between stretches, · or * between factors of one"});
    };
    const auto parts = [](std::string_view list, char separator) {
        std::vector<std::string> trimmedParts;
        for (const std::string& part : split(list, separator))
            trimmedParts.emplace_back(trimmed(part));
        return trimmedParts;
    };
    const auto isWrong = [](const std::string& name) {
        return name.empty() || name.find_first_of(" \t\r\n:{},") != std::string::npos;
    };
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return wrong();
    ContractionRule rule;
    rule.layers = parts(text.substr(0, colon), ' ');
    std::erase(rule.layers, "");
    std::string stretches(text.substr(colon + 1));
    constexpr std::string_view dot = "·";
    for (std::size_t at = stretches.find(dot); at != std::string::npos; at = stretches.find(dot))
        stretches.replace(at, dot.size(), "*");
    for (const std::string& stretch : parts(stretches, '|'))
        rule.stretches.push_back(parts(stretch, '*'));
    if (rule.layers.empty() || std::ranges::any_of(rule.layers, isWrong))
        return wrong();
    for (const auto& stretch : rule.stretches)
        if (std::ranges::any_of(stretch, isWrong))
            return wrong();
    return rule;
}

std::string toText(const ContractionRule& rule) {
    std::vector<std::string> stretches;
    for (const auto& stretch : rule.stretches)
        stretches.push_back(join(stretch, "·"));
    return join(rule.layers, " ") + ": " + join(stretches, " | ");
}

Fragment withStretches(Fragment fragment, std::span<const KernelStretch> stretches) {
    if (stretches.empty())
        return fragment;
    const auto whole =
        static_cast<std::size_t>(&fragment.mainConvolution() - fragment.parts.data());
    const FragmentPart cut = fragment.parts[whole];
    std::vector<FragmentPart> links;
    for (std::size_t s = stretches.size(); s-- > 0;) {
        const KernelStretch& stretch = stretches[s];
        FragmentPart link = cut;
        link.name = std::string("link").append(std::to_string(stretch.first));
        if (!links.empty())
            link.inputs = {static_cast<int>(whole + links.size()) - 1};
        link.firstFactor = cut.firstFactor + stretch.first;
        link.factorCount = stretch.count;
        link.kernel = stretch.kernel;
        const auto first = cut.convolutions.begin() + static_cast<std::ptrdiff_t>(stretch.first);
        link.convolutions = {first, first + static_cast<std::ptrdiff_t>(stretch.count)};
        link.stretch = true;
        links.push_back(std::move(link));
    }
    const int more = static_cast<int>(links.size()) - 1;
    for (FragmentPart& part : fragment.parts)
        for (int& input : part.inputs)
            input += input >= static_cast<int>(whole) ? more : 0;
    const auto at =
        fragment.parts.erase(fragment.parts.begin() + static_cast<std::ptrdiff_t>(whole));
    fragment.parts.insert(at, links.begin(), links.end());
    return fragment;
}

} // namespace concertina
