// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

Json usualChain(); // stands beside the table

namespace {

/// More weights than this in one layer are a slip of the pen: methods multiply widths.
constexpr double largestLayer = 1e9;

/// A method of a chain with complete options.
struct ChainedMethod {
    const ParametrizationEntry* entry = nullptr;
    Json options = Json::object();
};

using ChainedMethods = std::span<const ChainedMethod>;

constexpr const char* listOption = "links";

std::string placeOf(std::size_t method) {
    return std::string(listOption).append(".").append(std::to_string(method));
}

/// Whether a method's options hold other methods of this table.
bool isMadeOfOthers(const MethodInfo& info) {
    return std::ranges::any_of(info.options, [](const FieldInfo& option) {
        return option.type == FieldType::Methods && option.family == Family::Parametrization;
    });
}

/// Whether another method can make a factor of this one's.
bool hasKernelFactor(const ParametrizationInfo& info) {
    const KernelShape any{.out = 2, .in = 2, .height = 3, .width = 3, .padding = 1};
    return std::ranges::any_of(info.factors(any, completeOptions(info, Json::object())),
                               [](const FactorInfo& factor) { return factor.kernel.has_value(); });
}

bool startsFromImages(const ParametrizationInfo& info, const Json& options) {
    return info.startImages && info.startImages(options) > 0;
}

std::string idsForTheEnd() {
    std::vector<std::string> ids;
    for (const ParametrizationEntry* entry : parametrizations())
        if (const ParametrizationInfo& info = entry->info;
            !isMadeOfOthers(info) && info.isAffine(completeOptions(info, Json::object()))
            && !hasKernelFactor(info)
            && !startsFromImages(info, completeOptions(info, Json::object())))
            ids.push_back(info.id);
    return join(ids, ", ");
}

/// What is wrong with a method at its place; none where it may stand there.
std::optional<Problem> checkPlace(const ParametrizationInfo& info, const Json& options, bool last,
                                  const std::string& path) {
    if (isMadeOfOthers(info))
        return Problem{"chain.nested", path, info.id, "a method that is not made of others",
                       "its methods can stand here themselves"};
    if (!info.isAffine(options))
        return Problem{"chain.not_linear", path, info.id, "a method that is linear in training",
                       "its kernel is no product that could be multiplied with others"};
    if (startsFromImages(info, options))
        return Problem{"chain.start_images", path, info.id + ", which begins from training images",
                       "a method that begins from its kernel alone",
                       "in a chain nothing says what it reads; choose another start"};
    const bool goesOn = hasKernelFactor(info);
    if (last && goesOn)
        return Problem{"chain.end", path, info.id + " as the last method",
                       "at the end one of: " + idsForTheEnd(), "something has to hold its kernel"};
    if (!last && !goesOn)
        return Problem{"chain.middle", path, info.id + " before the end",
                       info.id + " as the last method", "it has no kernel for the next to make"};
    return std::nullopt;
}

/// The methods of options that have been checked.
std::vector<ChainedMethod> methodsOf(const Json& options) {
    std::vector<ChainedMethod> methods;
    for (const Json& json : options[listOption]) {
        const MethodChoice listed = methodFromJson(json);
        const auto entry = std::ranges::find(
            parametrizations(), listed.id,
            [](const ParametrizationEntry* each) -> const std::string& { return each->info.id; });
        methods.push_back({*entry, completeOptions((*entry)->info, listed.options)});
    }
    return methods;
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
        if (info.check)
            for (Problem& problem : info.check(kernel, methods[i].options)) {
                const std::string prefix = placeOf(i) + ".options.";
                problem.path = problem.path.empty() ? placeOf(i) + ".id" : prefix + problem.path;
                if (problem.fix)
                    problem.fix->path.insert(0, prefix);
                problems.push_back(std::move(problem));
            }
        double weights = 0;
        for (const FactorInfo& factor : info.factors(kernel, methods[i].options))
            weights += static_cast<double>(factor.size());
        if (weights > largestLayer) {
            problems.push_back({"chain.large", placeOf(i) + ".id",
                                shortCount(weights) + " weights in a layer",
                                std::string("at most ").append(shortCount(largestLayer)),
                                "each method may multiply the channels of the next"});
            break;
        }
        if (i + 1 < methods.size())
            kernel = kernelFactor(methods[i], kernel).kernel;
    }
    return problems;
}

Problems checkChain(const KernelShape& kernel, const Json& options) {
    const std::vector<ChainedMethod> methods = methodsOf(options);
    Problems problems;
    for (std::size_t i = 0; i < methods.size(); ++i)
        if (auto problem = checkPlace(methods[i].entry->info, methods[i].options,
                                      i + 1 == methods.size(), placeOf(i) + ".id"))
            problems.push_back(std::move(*problem));
    return problems.empty() ? checkMethods(methods, kernel) : problems;
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
        const auto inner =
            m_inner->initialize(all[m_factor].reshape(m_kernelShape), {.seed = start.seed + 1});
        const auto at = all.erase(all.begin() + static_cast<std::ptrdiff_t>(m_factor));
        all.insert(at, inner.begin(), inner.end());
        return all;
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment& moment) const override {
        std::vector<torch::Tensor> own(factors.begin(), factors.end());
        const auto from = own.begin() + static_cast<std::ptrdiff_t>(m_factor);
        const torch::Tensor made =
            m_inner->compose(factors.subspan(m_factor, m_innerFactors), moment);
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
          .help =
              "The kernel-shaped factor of each method (W of a depthwise over-parameterization, "
              "the inner kernel of an expansion) is itself made by the next. All are linear in "
              "training, so that the chain folds and merges as each of them does.",
          .source = "own; of the methods their own sources",
          .options = {{.path = listOption,
                       .type = FieldType::Methods,
                       .defaultValue = usualChain(),
                       .mayBeEmpty = false,
                       .family = Family::Parametrization,
                       .label = "Methods",
                       .help = "In order, the outermost first, each with its own options; the last "
                               "holds a kernel, and makes none from another."}}},
         [](const KernelShape& kernel, const Json& options) {
             return factorsOf(methodsOf(options), kernel);
         },
         [](const KernelShape& kernel, const Json& options) {
             return costOf(methodsOf(options), kernel);
         },
         checkChain},
        [](const KernelShape& kernel, const Json& options) {
            return Chained::make(methodsOf(options), kernel);
        }};
    return entry;
}

} // namespace concertina
