// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// More weights than this in one layer are a slip of the pen: links multiply widths.
constexpr double largestLayer = 1e9;

/// A method of the table with complete options: "expand expansion=2 start=random" when read.
struct Link {
    const ParametrizationEntry* entry = nullptr;
    Json options = Json::object();
};

using Links = std::span<const Link>;

// GCC 12 warns of "…" + a string that moves.
std::string inQuotes(std::string_view text) {
    return std::string("\"").append(shortened(text, 80)).append("\"");
}

std::string placeOf(std::size_t link) {
    return std::string("links.").append(std::to_string(link));
}

std::string firstWord(std::string_view& text) {
    text = trimmed(text);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    std::string word(text.substr(0, end));
    text = trimmed(text.substr(end));
    return word;
}

/// One option of a link, as a person types it.
std::optional<Problem> readOption(const std::string& text, const std::string& path, Link& link) {
    const MethodInfo& method = link.entry->info;
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto field = std::ranges::find(method.options, name, &FieldInfo::path);
    if (equals == std::string::npos)
        return Problem{"chain.syntax", path, inQuotes(text),
                       "option=value behind a link's id", "as in \"expand expansion=2\""};
    if (field == method.options.end() || link.options.contains(name)) {
        std::vector<std::string> names;
        for (const FieldInfo& option : method.options)
            names.push_back(option.path);
        const bool twice = field != method.options.end();
        return Problem{"chain.option", path, shortened(name, 80) + (twice ? " twice" : ""),
                       twice ? "each option once" : "an option of " + method.id,
                       names.empty() ? method.id + " has no options" : suggestion(name, names)};
    }
    const auto value = parseValue(*field, std::string_view(text).substr(equals + 1));
    auto problem = value ? check(*field, *value, path) : value.error();
    if (!problem) {
        link.options[name] = *value;
        return std::nullopt;
    }
    problem->path = path;
    problem->found = name + " = " + problem->found;
    problem->fix.reset(); // of a field, where a part of a text stands
    return problem;
}

/// What is wrong with a link at its place; none where it may stand there.
std::optional<Problem> checkPlace(const ParametrizationInfo& info, bool last,
                                  const std::string& path) {
    if (!info.linearInTraining)
        return Problem{"chain.not_linear", path, info.id, "a link that is linear in training",
                       "its branches have norms between; it can't be multiplied with others"};
    if (last && info.kernelFactor)
        return Problem{"chain.end", path, info.id + " as the last link",
                       "plain or factored at the end", "something has to hold its kernel"};
    if (!last && !info.kernelFactor)
        return Problem{"chain.middle", path, info.id + " before the end",
                       info.id + " as the last link", "it has no kernel for the next to make"};
    return std::nullopt;
}

Expected<Link> readLink(std::string_view text, const std::string& path) {
    const std::string id = firstWord(text);
    std::vector<std::string> ids;
    Link link;
    for (const ParametrizationEntry* entry : parametrizations()) {
        if (entry->info.id == "chain")
            continue; // its links stand in this one
        ids.push_back(entry->info.id);
        if (entry->info.id == id)
            link.entry = entry;
    }
    if (link.entry == nullptr)
        return failure({"chain.unknown", path, inQuotes(id),
                        "the id of a parametrization that is no chain", suggestion(id, ids)});
    while (!text.empty())
        if (auto problem = readOption(firstWord(text), path, link))
            return failure(std::move(*problem));
    link.options = completeOptions(link.entry->info, link.options);
    return link;
}

/// The links of complete options, and what is wrong with them.
std::vector<Link> readLinks(const Json& options, Problems& problems) {
    std::vector<Link> links;
    const Json& texts = options["links"];
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string path = placeOf(i);
        auto link = readLink(texts[i].get_ref<const std::string&>(), path);
        auto problem = link ? checkPlace(link->entry->info, i + 1 == texts.size(), path)
                            : link.error();
        if (problem)
            problems.push_back(std::move(*problem));
        else
            links.push_back(std::move(*link));
    }
    return links;
}

/// The links of options that have been checked.
std::vector<Link> linksOf(const Json& options) {
    Problems none;
    return readLinks(options, none);
}

KernelFactor kernelFactor(const Link& link, const KernelShape& kernel) {
    return link.entry->info.kernelFactor(kernel, link.options);
}

/// The factors of the first link, with those of the others where its kernel-shaped one was; names
/// that are there already get the link's number. What was a core is one: of the next link, or
/// where that has none, in its first factor.
std::vector<FactorInfo> factorsOf(Links links, const KernelShape& kernel, int number = 1) {
    const Link& first = links.front();
    std::vector<FactorInfo> all = first.entry->info.factors(kernel, first.options);
    if (links.size() == 1)
        return all;
    const KernelFactor made = kernelFactor(first, kernel);
    std::vector<FactorInfo> inner = factorsOf(links.subspan(1), made.kernel, number + 1);
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(made.factor);
    if (at->core && std::ranges::none_of(inner, &FactorInfo::core))
        inner.front().core = true;
    const auto insertAt = all.erase(at);
    for (FactorInfo& factor : inner)
        if (std::ranges::find(all, factor.name, &FactorInfo::name) != all.end())
            factor.name.append(".").append(std::to_string(number + 1));
    all.insert(insertAt, inner.begin(), inner.end());
    return all;
}

double costOf(Links links, const KernelShape& kernel) {
    const Link& first = links.front();
    const double own = first.entry->info.composeCost(kernel, first.options);
    return links.size() == 1 ? own
                             : own + costOf(links.subspan(1), kernelFactor(first, kernel).kernel);
}

/// What the links themselves say of the kernels that they are to make.
Problems checkLinks(Links links, KernelShape kernel) {
    Problems problems;
    for (std::size_t i = 0; i < links.size(); ++i) {
        const ParametrizationInfo& info = links[i].entry->info;
        const std::string path = placeOf(i);
        if (info.check)
            for (Problem& problem : info.check(kernel, links[i].options)) {
                problem.path = path;
                problem.fix.reset();
                problems.push_back(std::move(problem));
            }
        double weights = 0;
        for (const FactorInfo& factor : info.factors(kernel, links[i].options))
            weights += static_cast<double>(factor.size());
        if (weights > largestLayer) {
            problems.push_back({"chain.large", path, shortCount(weights) + " weights in a layer",
                                std::string("at most ").append(shortCount(largestLayer)),
                                "each expand multiplies the channels of the next link"});
            break;
        }
        if (i + 1 < links.size())
            kernel = kernelFactor(links[i], kernel).kernel;
    }
    return problems;
}

/// A link whose kernel-shaped factor is made by another.
class Linked : public Parametrization {
public:
    Linked(Links links, const KernelShape& kernel)
        : m_outer(links.front().entry->make(kernel, links.front().options)) {
        const KernelFactor made = kernelFactor(links.front(), kernel);
        const auto factors = links.front().entry->info.factors(kernel, links.front().options);
        m_factor = made.factor;
        m_factorShape = factors[made.factor].shape;
        m_kernelShape = {made.kernel.out, made.kernel.in / made.kernel.groups, made.kernel.height,
                         made.kernel.width};
        m_innerFactors = factorsOf(links.subspan(1), made.kernel).size();
        m_inner = make(links.subspan(1), made.kernel);
    }

    static std::unique_ptr<Parametrization> make(Links links, const KernelShape& kernel) {
        if (links.size() == 1)
            return links.front().entry->make(kernel, links.front().options);
        return std::make_unique<Linked>(links, kernel);
    }

    std::vector<torch::Tensor> start(const torch::Tensor& kernel,
                                     std::uint64_t seed) const override {
        std::vector<torch::Tensor> all = m_outer->start(kernel, seed);
        const auto inner = m_inner->start(all[m_factor].reshape(m_kernelShape), seed + 1);
        const auto at = all.erase(all.begin() + static_cast<std::ptrdiff_t>(m_factor));
        all.insert(at, inner.begin(), inner.end());
        return all;
    }

    torch::Tensor materialize(std::span<const torch::Tensor> factors) const override {
        std::vector<torch::Tensor> own(factors.begin(), factors.end());
        const auto from = own.begin() + static_cast<std::ptrdiff_t>(m_factor);
        const torch::Tensor made = m_inner->materialize(factors.subspan(m_factor, m_innerFactors));
        own.insert(own.erase(from, from + static_cast<std::ptrdiff_t>(m_innerFactors)),
                   made.reshape(m_factorShape));
        return m_outer->materialize(own);
    }

    torch::Tensor penalty(std::size_t factor, const torch::Tensor& value) const override {
        if (factor < m_factor)
            return m_outer->penalty(factor, value);
        if (factor < m_factor + m_innerFactors)
            return m_inner->penalty(factor - m_factor, value);
        return m_outer->penalty(factor - m_innerFactors + 1, value);
    }

private:
    std::unique_ptr<Parametrization> m_outer, m_inner;
    std::size_t m_factor = 0;       ///< of the outer link: what the inner one makes
    std::size_t m_innerFactors = 0; ///< how many stand in its place
    std::vector<std::int64_t> m_factorShape, m_kernelShape;
};

} // namespace

const ParametrizationEntry& chainParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "chain",
          .label = "chain, expansions in each other",
          .help = "The kernel-shaped factor of each link (W of do-conv, the inner kernel of "
                  "expand) is itself made by the next; the last is plain or factored. All are "
                  "linear in training, so that the chain folds and merges as each of them does.",
          .source = "own; of the links their own sources",
          .options = {{.path = "links",
                       .type = FieldType::Texts,
                       .standard = Json::array({"do-conv", "factored"}),
                       .mayBeEmpty = false,
                       .label = "Links",
                       .help = "Ids in order, the outermost first, each with its options behind "
                               "it, in JSON [\"expand expansion=2\", \"do-conv\", \"factored\"]."}}},
         [](const KernelShape& kernel, const Json& options) {
             return factorsOf(linksOf(options), kernel);
         },
         [](const KernelShape& kernel, const Json& options) {
             return costOf(linksOf(options), kernel);
         },
         [](const KernelShape& kernel, const Json& options) {
             Problems problems;
             const auto links = readLinks(options, problems);
             return problems.empty() ? checkLinks(links, kernel) : problems;
         }},
        [](const KernelShape& kernel, const Json& options) {
            return Linked::make(linksOf(options), kernel);
        }};
    return entry;
}

} // namespace concertina
