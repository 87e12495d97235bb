// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/bracketing.h"

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

class LinkChooser {
public:
    LinkChooser(std::span<const KernelShape> convolutions, double composeCost,
                const LayerPixels& pixels, int batch)
        : m_convolutions(convolutions),
          m_composeCost(composeCost),
          m_pixels(pixels),
          m_batch(batch) {}

    KernelLink link(std::size_t first, std::size_t count) const {
        const auto stretch = m_convolutions.subspan(first, count);
        return {first, count, kernelOf(stretch),
                count == m_convolutions.size() ? m_composeCost : composeCostOf(stretch)};
    }

    double costOf(const KernelLink& link) const {
        // Without a factor that moves over the pixels the sizes are one.
        const double pixels =
            m_batch * (isBehindMove(m_convolutions, link.first) ? m_pixels.output : m_pixels.input);
        const double multiplyAdds = double(link.kernel.weights()) * pixels;
        double cost =
            link.composeCost + multiplyAdds * (link.kernel.isPointwise() ? pointwiseCost : 1.0);
        if (link.first > 0) // what the next link reads
            cost += operationCost + byteCost * 2 * sizeof(float) * link.kernel.out * pixels;
        return cost;
    }

    /// The cheapest way to cut the factors, by the cheapest for those behind each of them.
    std::vector<KernelLink> cheapest() const {
        const std::size_t count = m_convolutions.size();
        std::vector<double> best(count + 1, std::numeric_limits<double>::infinity());
        std::vector<std::size_t> taken(count, 1);
        best[count] = 0;
        for (std::size_t first = count; first-- > 0;)
            for (std::size_t size = 1; first + size <= count; ++size) {
                const double cost = costOf(link(first, size)) + best[first + size];
                if (cost >= best[first])
                    continue;
                best[first] = cost;
                taken[first] = size;
            }
        std::vector<KernelLink> links;
        for (std::size_t first = 0; first < count; first += taken[first])
            links.push_back(link(first, taken[first]));
        return links;
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

double bracketingCost(std::span<const KernelShape> convolutions, std::span<const KernelLink> links,
                      const LayerPixels& pixels, int batch) {
    const LinkChooser chooser(convolutions, 0, pixels, batch);
    double cost = 0;
    for (const KernelLink& link : links)
        cost += chooser.costOf(link);
    return cost;
}

std::vector<KernelLink> linksOf(const Cuttable& layer, std::span<const std::size_t> sizes) {
    const LinkChooser chooser(layer.convolutions, layer.composeCost, layer.pixels, 1);
    std::vector<KernelLink> links;
    std::size_t first = 0;
    for (const std::size_t size : sizes) {
        links.push_back(chooser.link(first, size));
        first += size;
    }
    return links.size() > 1 ? std::move(links) : std::vector<KernelLink>();
}

std::vector<KernelLink> chooseLinks(const Cuttable& layer, const BracketingSettings& settings) {
    if (layer.convolutions.size() < 2)
        return {};
    std::vector<std::size_t> sizes;
    for (const BracketRule& rule : settings.rules) {
        if (!rule.names(layer.layer) || !rule.hasFactors(layer.factors))
            continue;
        sizes.clear();
        for (const auto& link : rule.links)
            sizes.push_back(link.size());
    }
    if (!sizes.empty())
        return linksOf(layer, sizes);
    switch (settings.wanted) {
    case Bracketing::Compose: return {};
    case Bracketing::Run: sizes.assign(layer.convolutions.size(), 1); return linksOf(layer, sizes);
    case Bracketing::Cheapest: break;
    }
    auto links =
        LinkChooser(layer.convolutions, layer.composeCost, layer.pixels, settings.batch).cheapest();
    return links.size() > 1 ? std::move(links) : std::vector<KernelLink>();
}

bool BracketRule::names(const std::string& layer) const {
    return std::ranges::any_of(
        layers, [&layer](const std::string& pattern) { return matchesPattern(layer, pattern); });
}

bool BracketRule::hasFactors(std::span<const FactorInfo> factors) const {
    std::vector<std::string> named;
    for (const auto& link : links)
        named.insert(named.end(), link.begin(), link.end());
    return std::ranges::equal(named, factors, {}, {}, &FactorInfo::name);
}

Expected<BracketRule> parseBracketRule(std::string_view text) {
    const auto wrong = [&] {
        return failure({"brackets.syntax", "", "\"" + shortened(std::string(text), 80) + "\"",
                        "LAYERS: LINKS, as in \"enc5.* dec5.*: U·M | V\"",
                        "| stands between what runs apart, · or * between what is multiplied"});
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
    BracketRule rule;
    rule.layers = parts(text.substr(0, colon), ' ');
    std::erase(rule.layers, "");
    std::string links(text.substr(colon + 1));
    constexpr std::string_view dot = "·";
    for (std::size_t at = links.find(dot); at != std::string::npos; at = links.find(dot))
        links.replace(at, dot.size(), "*");
    for (const std::string& link : parts(links, '|'))
        rule.links.push_back(parts(link, '*'));
    if (rule.layers.empty() || std::ranges::any_of(rule.layers, isWrong))
        return wrong();
    for (const auto& link : rule.links)
        if (std::ranges::any_of(link, isWrong))
            return wrong();
    return rule;
}

std::string toText(const BracketRule& rule) {
    std::vector<std::string> links;
    for (const auto& link : rule.links)
        links.push_back(join(link, "·"));
    return join(rule.layers, " ") + ": " + join(links, " | ");
}

std::string linkTensor(std::size_t firstFactor) {
    return "kernel.link" + std::to_string(firstFactor);
}

LayerGraph withLinks(const LayerGraph& graph, std::span<const std::vector<KernelLink>> links) {
    return rewritten(graph, [&](LayerGraph& result, Node node) {
        const auto* own = node.op == Op::Conv ? &links[static_cast<std::size_t>(node.layer)] : nullptr;
        if (own == nullptr || own->empty())
            return result.add(std::move(node));
        int last = node.inputs.front();
        Node size = result.node(last); // whose height and width the next link's output has
        for (auto link = own->rbegin(); link != own->rend(); ++link) {
            if (!link->kernel.isPointwise())
                size = node;
            Node step = node;
            if (link->first > 0)
                step.name += "." + std::to_string(link->first + 1);
            step.inputs = {last};
            step.channels = link->kernel.out;
            step.height = size.height;
            step.width = size.width;
            step.firstFactor = link->first;
            step.factorCount = link->count;
            last = result.add(std::move(step));
        }
        return last;
    });
}

} // namespace concertina
