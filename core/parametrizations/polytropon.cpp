// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

namespace {

constexpr double widestLogit = 1e-3; ///< of Z at the start
constexpr double smallestSum = 1e-12;

/// W_t = W + B_t A_t: skills A_s, B_s, of which each task takes its own mixture α_t = σ(Z_t) ÷ Σ.
class Polytropon : public Parametrization {
public:
    Polytropon(const KernelShape& kernel, const Json& options)
        : m_skills(options["skills"].get<std::int64_t>()),
          m_rank(options["rank"].get<std::int64_t>()),
          m_filter(kernel.weights() / kernel.out),
          m_samples(options["sampling"] == "relaxed_bernoulli") {}

    /// B is zero: the kernel is W. A normal, by its inputs; Z uniform and next to nothing.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
        const torch::Tensor a =
            torch::empty({m_skills, m_rank, m_filter})
                .normal_(0, 1 / std::sqrt(static_cast<double>(m_filter)), generator);
        const torch::Tensor z =
            torch::empty({m_skills}).uniform_(-widestLogit, widestLogit, generator);
        return {kernel.clone(), a.to(kernel.options()),
                torch::zeros({m_skills, kernel.size(0), m_rank}, kernel.options()),
                z.to(kernel.options())};
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment& moment) const override {
        const torch::Tensor mixture = mixtureOf(factors[3], moment).view({-1, 1, 1});
        const torch::Tensor a = (mixture * factors[1]).sum(0), b = (mixture * factors[2]).sum(0);
        return factors[0] + torch::mm(b, a).view(factors[0].sizes());
    }

    /// What the task takes of each skill, without sampling.
    FactorReading read(std::size_t, const torch::Tensor& z) const override {
        const torch::Tensor shares = mixtureOf(z.to(torch::kFloat64), {}).contiguous();
        return {.values = {shares.data_ptr<double>(), shares.data_ptr<double>() + m_skills},
                .part = "skill"};
    }

private:
    /// In training, where it samples, each share is drawn from a relaxed Bernoulli distribution of
    /// temperature 1: one draw a task and step for all layers.
    torch::Tensor mixtureOf(torch::Tensor z, const ComposeMoment& moment) const {
        if (m_samples && moment.training) {
            const std::uint64_t key =
                (moment.seed * 1000003 + static_cast<std::uint64_t>(moment.step)) * 1000003
                + moment.tasks;
            const auto generator = at::make_generator<at::CPUGeneratorImpl>(key);
            const torch::Tensor u =
                torch::empty({m_skills}, torch::kFloat64).uniform_(1e-6, 1 - 1e-6, generator);
            z = z + (u / (1 - u)).log().to(z.options());
        }
        const torch::Tensor shares = z.sigmoid();
        return shares / (shares.sum() + smallestSum);
    }

    std::int64_t m_skills, m_rank, m_filter;
    bool m_samples;
};

std::vector<FactorInfo> polytroponFactors(const KernelShape& kernel, const Json& options) {
    const std::int64_t skills = options["skills"].get<std::int64_t>(),
                       rank = options["rank"].get<std::int64_t>();
    return {{.name = "W",
             .shape = {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width},
             .frozen = true},
            {.name = "A", .shape = {skills, rank, kernel.weights() / kernel.out}, .scales = false},
            {.name = "B", .shape = {skills, kernel.out, rank}, .scales = false},
            {.name = "Z",
             .shape = {skills},
             .core = true,
             .owner = FactorOwner::EachTask,
             .network = true,
             .scales = false,
             .rate = options["z_rate"].get<double>(),
             .meaning = FactorMeaning::Mixture}};
}

} // namespace

const ParametrizationEntry& polytroponParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "polytropon",
          .label = "polytropon, W + B·A of skills",
          .help = "A trained kernel W that rests, and an inventory of low-rank skills B·A that all "
                  "tasks share: each task mixes them by its row of Z, which is one for the whole "
                  "network. Begin from a trained network (network.initial).",
          .source = "Ponti 2022, Combining Modular Skills in Multitask Learning, arXiv 2202.13914; "
                    "for convolutions our own: A_s r × Ci·kh·kw, B_s Co × r",
          .options =
              {{.path = "skills",
                .type = FieldType::Integer,
                .defaultValue = 4,
                .minimum = 1,
                .maximum = 64,
                .label = "Skills",
                .help = "How many the inventory holds; the same in all layers."},
               {.path = "rank",
                .type = FieldType::Integer,
                .defaultValue = 4,
                .minimum = 1,
                .maximum = 256,
                .label = "Rank",
                .help = "Of a skill's B·A."},
               {.path = "z_rate",
                .type = FieldType::Real,
                .defaultValue = 100.0,
                .minimum = 0,
                .maximum = 1e6,
                .unit = "× train.lr",
                .label = "Rate of Z",
                .help = "The learning rate of Z ÷ that of the others; the paper has 0.1 and 1e-3.",
                .advanced = true},
               {.path = "sampling",
                .type = FieldType::Choice,
                .defaultValue = "none",
                .choices = {"none", "relaxed_bernoulli"},
                .label = "Sampling",
                .help = "none: a task's mixture is σ(Z) ÷ its sum; relaxed_bernoulli: in training "
                        "a share is drawn around it, from seed, step and task.",
                .advanced = true}}},
         polytroponFactors,
         [](const KernelShape& kernel, const Json& options) {
             const double skills = options["skills"].get<double>(),
                          rank = options["rank"].get<double>();
             const double filter = static_cast<double>(kernel.weights()) / kernel.out;
             return rank * (skills * (filter + kernel.out) + filter * kernel.out);
         },
         nullptr,
         nullptr,
         true,
         [](const Json&) { return false; }},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<Polytropon>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
