// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/values/old_keys.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// More weights than this in one layer are a slip of the pen: methods multiply widths.
constexpr double largestLayer = 1e9;

/// A method of a chain with complete options, read from "expand expansion=2 start=random".
struct ChainedMethod {
    const ParametrizationEntry* entry = nullptr;
    Json options = Json::object();
};

using ChainedMethods = std::span<const ChainedMethod>;

// GCC 12 warns of "…" + a string that moves.
std::string inQuotes(std::string_view text) {
    return std::string("\"").append(shortened(text, 80)).append("\"");
}

std::string placeOf(std::size_t method) {
    return std::string("links.").append(std::to_string(method));
}

std::string firstWord(std::string_view& text) {
    text = trimmed(text);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    std::string word(text.substr(0, end));
    text = trimmed(text.substr(end));
    return word;
}

/// One option of a method, as a person types it.
std::optional<Problem> readOption(const std::string& text, const std::string& path,
                                  ChainedMethod& chained) {
    const MethodInfo& method = chained.entry->info;
    const auto equals = text.find('=');
    const std::string name = currentOption(text.substr(0, equals));
    const auto field = std::ranges::find(method.options, name, &FieldInfo::path);
    if (equals == std::string::npos)
        return Problem{"chain.syntax", path, inQuotes(text), "option=value behind a method's id",
                       "as in \"expand expansion=2\""};
    if (field == method.options.end() || chained.options.contains(name)) {
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
        chained.options[name] = *value;
        return std::nullopt;
    }
    problem->path = path;
    problem->found = name + " = " + problem->found;
    problem->fix.reset(); // of a field, where a part of a text stands
    return problem;
}

/// Whether another method can make a factor of this one's.
bool hasKernelFactor(const ParametrizationInfo& info) {
    const KernelShape any{.out = 2, .in = 2, .height = 3, .width = 3, .padding = 1};
    return std::ranges::any_of(info.factors(any, completeOptions(info, Json::object())),
                               [](const FactorInfo& factor) { return factor.kernel.has_value(); });
}

/// What is wrong with a method at its place; none where it may stand there.
std::optional<Problem> checkPlace(const ParametrizationInfo& info, const Json& options,
                                  bool last, const std::string& path) {
    if (!info.isAffine(options))
        return Problem{"chain.not_linear", path, info.id, "a method that is linear in training",
                       "its kernel is no product that could be multiplied with others"};
    const bool goesOn = hasKernelFactor(info);
    if (last && goesOn)
        return Problem{"chain.end", path, info.id + " as the last method",
                       "plain or factored at the end", "something has to hold its kernel"};
    if (!last && !goesOn)
        return Problem{"chain.middle", path, info.id + " before the end",
                       info.id + " as the last method", "it has no kernel for the next to make"};
    return std::nullopt;
}

Expected<ChainedMethod> readMethod(std::string_view text, const std::string& path) {
    const std::string id = firstWord(text);
    std::vector<std::string> ids;
    ChainedMethod method;
    for (const ParametrizationEntry* entry : parametrizations()) {
        if (entry->info.id == "chain")
            continue; // its methods stand in this one
        ids.push_back(entry->info.id);
        if (entry->info.id == id)
            method.entry = entry;
    }
    if (method.entry == nullptr)
        return failure({"chain.unknown", path, inQuotes(id),
                        "the id of a parametrization that is no chain", suggestion(id, ids)});
    while (!text.empty())
        if (auto problem = readOption(firstWord(text), path, method))
            return failure(std::move(*problem));
    method.options = completeOptions(method.entry->info, method.options);
    return method;
}

/// The methods of complete options, and what is wrong with them.
std::vector<ChainedMethod> readMethods(const Json& options, Problems& problems) {
    std::vector<ChainedMethod> methods;
    const Json& texts = options["links"];
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string path = placeOf(i);
        auto method = readMethod(texts[i].get_ref<const std::string&>(), path);
        auto problem =
            method ? checkPlace(method->entry->info, method->options, i + 1 == texts.size(), path)
                   : method.error();
        if (problem)
            problems.push_back(std::move(*problem));
        else
            methods.push_back(std::move(*method));
    }
    return methods;
}

/// The methods of options that have been checked.
std::vector<ChainedMethod> methodsOf(const Json& options) {
    Problems none;
    return readMethods(options, none);
}

/// A factor that the next method makes.
struct KernelFactor {
    std::size_t factor = 0; ///< its place
    KernelShape kernel;
};

KernelFactor kernelFactor(const ChainedMethod& method, const KernelShape& kernel) {
    const auto factors = method.entry->info.factors(kernel, method.options);
    const auto found = std::ranges::find_if(
        factors, [](const FactorInfo& factor) { return factor.kernel.has_value(); });
    return {static_cast<std::size_t>(found - factors.begin()), *found->kernel};
}

/// The factors of the first method, with those of the others where its kernel-shaped one was; names
/// that are there already get the method's number. Where the factor that was
/// replaced is the core, the core is that of the next method, or its first factor.
std::vector<FactorInfo> factorsOf(ChainedMethods methods, const KernelShape& kernel,
                                  int number = 1) {
    const ChainedMethod& first = methods.front();
    std::vector<FactorInfo> all = first.entry->info.factors(kernel, first.options);
    if (methods.size() == 1)
        return all;
    const KernelFactor made = kernelFactor(first, kernel);
    std::vector<FactorInfo> inner = factorsOf(methods.subspan(1), made.kernel, number + 1);
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

double costOf(ChainedMethods methods, const KernelShape& kernel) {
    const ChainedMethod& first = methods.front();
    const double own = first.entry->info.composeCost(kernel, first.options);
    return methods.size() == 1
               ? own
               : own + costOf(methods.subspan(1), kernelFactor(first, kernel).kernel);
}

/// What the methods themselves say of the kernels that they are to make.
Problems checkMethods(ChainedMethods methods, KernelShape kernel) {
    Problems problems;
    for (std::size_t i = 0; i < methods.size(); ++i) {
        const ParametrizationInfo& info = methods[i].entry->info;
        const std::string path = placeOf(i);
        if (info.check)
            for (Problem& problem : info.check(kernel, methods[i].options)) {
                problem.path = path;
                problem.fix.reset();
                problems.push_back(std::move(problem));
            }
        double weights = 0;
        for (const FactorInfo& factor : info.factors(kernel, methods[i].options))
            weights += static_cast<double>(factor.size());
        if (weights > largestLayer) {
            problems.push_back({"chain.large", path, shortCount(weights) + " weights in a layer",
                                std::string("at most ").append(shortCount(largestLayer)),
                                "each expand multiplies the channels of the next method"});
            break;
        }
        if (i + 1 < methods.size())
            kernel = kernelFactor(methods[i], kernel).kernel;
    }
    return problems;
}

/// A method whose kernel-shaped factor is made by another.
class Chained : public Parametrization {
public:
    Chained(ChainedMethods methods, const KernelShape& kernel)
        : m_outer(methods.front().entry->make(kernel, methods.front().options)) {
        const KernelFactor made = kernelFactor(methods.front(), kernel);
        const auto factors = methods.front().entry->info.factors(kernel, methods.front().options);
        m_factor = made.factor;
        m_factorShape = factors[made.factor].shape;
        m_kernelShape = {made.kernel.out, made.kernel.in / made.kernel.groups, made.kernel.height,
                         made.kernel.width};
        m_innerFactors = factorsOf(methods.subspan(1), made.kernel).size();
        m_inner = make(methods.subspan(1), made.kernel);
    }

    static std::unique_ptr<Parametrization> make(ChainedMethods methods,
                                                 const KernelShape& kernel) {
        if (methods.size() == 1)
            return methods.front().entry->make(kernel, methods.front().options);
        return std::make_unique<Chained>(methods, kernel);
    }

    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        std::vector<torch::Tensor> all = m_outer->initialize(kernel, start);
        const auto inner = m_inner->initialize(all[m_factor].reshape(m_kernelShape),
                                               {.seed = start.seed + 1});
        const auto at = all.erase(all.begin() + static_cast<std::ptrdiff_t>(m_factor));
        all.insert(at, inner.begin(), inner.end());
        return all;
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment& moment) const override {
        std::vector<torch::Tensor> own(factors.begin(), factors.end());
        const auto from = own.begin() + static_cast<std::ptrdiff_t>(m_factor);
        const torch::Tensor made = m_inner->compose(factors.subspan(m_factor, m_innerFactors), moment);
        own.insert(own.erase(from, from + static_cast<std::ptrdiff_t>(m_innerFactors)),
                   made.reshape(m_factorShape));
        return m_outer->compose(own, moment);
    }

    torch::Tensor regularizer(std::size_t factor, const torch::Tensor& value,
                              const RegularizerMoment& moment) const override {
        if (factor < m_factor)
            return m_outer->regularizer(factor, value, moment);
        if (factor < m_factor + m_innerFactors)
            return m_inner->regularizer(factor - m_factor, value, moment);
        return m_outer->regularizer(factor - m_innerFactors + 1, value, moment);
    }

private:
    std::unique_ptr<Parametrization> m_outer, m_inner;
    std::size_t m_factor = 0;       ///< of the outer method: what the inner one makes
    std::size_t m_innerFactors = 0; ///< how many stand in its place
    std::vector<std::int64_t> m_factorShape, m_kernelShape;
};

} // namespace

const ParametrizationEntry& chainParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "chain",
          .label = "chain, expansions in each other",
          .help = "The kernel-shaped factor of each method (W of do-conv, the inner kernel of "
                  "expand) is itself made by the next; the last is plain or factored. All are "
                  "linear in training, so that the chain folds and merges as each of them does.",
          .source = "own; of the methods their own sources",
          .options = {{.path = "links",
                       .type = FieldType::Texts,
                       .defaultValue = Json::array({"do-conv", "factored"}),
                       .mayBeEmpty = false,
                       .label = "Methods",
                       .help =
                           "Ids in order, the outermost first, each with its options behind "
                           "it, in JSON [\"expand expansion=2\", \"do-conv\", \"factored\"]."}}},
         [](const KernelShape& kernel, const Json& options) {
             return factorsOf(methodsOf(options), kernel);
         },
         [](const KernelShape& kernel, const Json& options) {
             return costOf(methodsOf(options), kernel);
         },
         [](const KernelShape& kernel, const Json& options) {
             Problems problems;
             const auto methods = readMethods(options, problems);
             return problems.empty() ? checkMethods(methods, kernel) : problems;
         }},
        [](const KernelShape& kernel, const Json& options) {
            return Chained::make(methodsOf(options), kernel);
        }};
    return entry;
}

} // namespace concertina
