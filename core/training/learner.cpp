// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/learner.h"

#include "core/network/backward.h"
#include "core/network/conflict.h"
#include "core/optimizers/schedule.h"
#include "core/tensor/torch.h"
#include "core/training/task_batch.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

const ScheduleInfo& scheduleNamed(const std::string& id) {
    return *std::ranges::find(schedules(), id, &ScheduleInfo::id);
}

Problem notFinite(const std::string& what, double value, std::string hint) {
    return {"train.not_finite", what, numberText(value), "a finite number", std::move(hint)};
}

/// What helps where numbers grow beyond all bounds. Before the first update nothing has grown: then
/// it is what goes in.
std::string growthHint(const TrainSpec& train, bool untrained) {
    const std::string precision =
        train.precision == Precision::Bfloat16 ? ", or train.precision float32" : "";
    if (untrained)
        return "nothing is learned yet, so no rate is at fault: look at the largest values of the "
               "targets, and at the tasks' weights"
               + precision;
    return (train.clipNorm > 0 ? "a lower train.lr or train.clip_norm, or a longer train.warmup"
                               : "a lower learning rate (train.lr), or gradient clipping "
                                 "(train.clip_norm)")
           + precision + " often helps";
}

/// "enc1.1/norm.var/depth", "enc1.1/norm.1x1.mean/depth".
bool isRunningStatistic(const std::string& name) {
    const std::string what = name.substr(0, name.rfind('/'));
    return what.find("/norm.") != std::string::npos
           && (what.ends_with(".mean") || what.ends_with(".var"));
}

/// How training runs the network.
RunSettings settingsOf(const TrainSpec& train) {
    return {.training = true,
            .bfloat16 = train.precision == Precision::Bfloat16,
            .channelsLast = train.memoryFormat == MemoryFormat::ChannelsLast};
}

} // namespace

Learner::Learner(const ExperimentSpec& spec, Network network,
                 std::vector<std::unique_ptr<Task>> tasks, std::int64_t steps,
                 std::int64_t stepsPerEpoch)
    : m_train(spec.train),
      m_seed(static_cast<std::uint64_t>(spec.seed)),
      m_network(std::move(network)),
      m_tasks(std::move(tasks)),
      m_balancing(makeBalancing(spec, stepsPerEpoch)),
      m_balancingInfo(balancingEntry(spec.train.balancing.id).info),
      m_schedule(scheduleNamed(spec.train.schedule.id)),
      m_steps(static_cast<double>(steps)),
      m_stepsPerEpoch(static_cast<double>(stepsPerEpoch)) {
    const OptimizerEntry& optimizer = optimizerEntry(spec.train.optimizer.id);
    m_optimizer = optimizer.make(spec.train.optimizer.options);
    m_decoupledDecay = optimizer.info.decoupledDecay;
    m_setsApart = !spec.data.others.empty() && spec.data.mix == DataMix::Batches;
    for (const TaskSpec& task : spec.tasks) {
        m_taskWeights.push_back(task.weight);
        m_taskNames.push_back(task.called());
        m_taskInfos.push_back(&taskEntry(task.method.id).info);
    }
}

double Learner::rate(std::int64_t number) const {
    const auto step = static_cast<double>(number);
    const double warm =
        m_train.warmup > 0 ? std::min(1.0, (step + 1) / static_cast<double>(m_train.warmup)) : 1.0;
    return m_train.lr * warm
           * m_schedule.factor(m_train.schedule.options, step, m_steps, m_stepsPerEpoch);
}

ComposeMoment Learner::momentOf(std::int64_t number) const {
    return {.training = true, .step = number, .seed = m_seed};
}

/// Alternating rounds begin with the cores.
Moving Learner::movingIn(std::int64_t number) const {
    if (m_train.updates == Updates::Joint)
        return Moving::All;
    const std::int64_t inRound = number % (m_train.coreSteps + m_train.outerSteps);
    return inRound < m_train.coreSteps ? Moving::Cores : Moving::NonCore;
}

/// An output a task. Where batches are of one set each, what no target of a batch is known for does
/// not run: norms of such tasks are to see their own sets alone.
std::vector<torch::Tensor> Learner::outputsOf(const ComposedNetwork& composed, const Batch& batch,
                                              const RunSettings& settings) const {
    TaskSet wanted = 0;
    for (std::size_t t = 0; t < m_tasks.size(); ++t)
        if (!m_setsApart || m_tasks[t]->validCount(batch.targets[t]) > 0)
            wanted |= taskBit(static_cast<int>(t));
    return m_network.forward(composed, batch.images, settings, wanted);
}

/// Fills in outputs and targets; returns the losses.
std::vector<torch::Tensor> Learner::forward(const ComposedNetwork& composed, const Batch& batch,
                                            std::int64_t number, const RunSettings& settings,
                                            StepResult& result) const {
    std::vector<torch::Tensor> losses;
    if (m_network.design().routing != Routing::Partitioned) {
        result.outputs = outputsOf(composed, batch, settings);
        result.targets = batch.targets;
        for (std::size_t t = 0; t < m_tasks.size(); ++t)
            losses.push_back(result.outputs[t].defined()
                                 ? m_tasks[t]->loss(result.outputs[t], result.targets[t])
                                 : torch::Tensor());
        return losses;
    }
    const std::vector<TaskBatch> batches = split(batch, m_tasks, number);
    std::vector<torch::Tensor> images;
    for (const TaskBatch& own : batches)
        images.push_back(own.images);
    result.outputs = m_network.forwardApart(composed, images, settings);
    for (std::size_t t = 0; t < m_tasks.size(); ++t) {
        losses.push_back(batches[t].loss(*m_tasks[t], result.outputs[t]));
        result.targets.push_back(batches[t].target);
    }
    return losses;
}

/// Problem: a loss that is not finite.
Expected<Learner::Losses> Learner::checked(std::vector<torch::Tensor> losses,
                                           std::int64_t number) const {
    Losses result{.values = {}, .terms = std::move(losses)};
    for (std::size_t t = 0; t < m_tasks.size(); ++t) {
        const bool valid = result.terms[t].defined();
        result.values.push_back(valid ? result.terms[t].item<double>()
                                      : std::numeric_limits<double>::quiet_NaN());
        if (valid && !std::isfinite(result.values[t]))
            return failure(notFinite("loss of " + m_taskNames[t], result.values[t],
                                     growthHint(m_train, number == 0)));
        if (valid && !result.terms[t].requires_grad())
            result.terms[t].reset(); // of a task that rests: nothing learns from it
    }
    return result;
}

/// Multiplies each loss by its weight; adds up the total.
void Learner::weigh(Losses& losses, const std::vector<double>& weights, StepResult& result) const {
    for (std::size_t t = 0; t < m_tasks.size(); ++t) {
        if (!losses.terms[t].defined())
            continue;
        if (weights[t] != 1)
            losses.terms[t] = losses.terms[t] * weights[t];
        result.total += losses.values[t] * weights[t];
    }
}

std::vector<double> Learner::balance(const Losses& losses, std::int64_t number,
                                     const Gramian* gramian, StepResult& result) {
    // What rests, or has no weight, has no part in how the others are weighed.
    std::vector<double> learning = losses.values;
    for (std::size_t t = 0; t < learning.size(); ++t)
        if (!losses.terms[t].defined() || m_taskWeights[t] == 0)
            learning[t] = std::numeric_limits<double>::quiet_NaN();
    BalancingResult balanced = m_balancing->weights(
        {.losses = learning, .step = number, .rate = rate(number), .gramian = gramian});
    if (balanced.problem)
        result.problems.push_back(std::move(*balanced.problem));
    if (m_balancingInfo.weighs)
        result.weights = balanced.weights;
    return std::move(balanced.weights);
}

/// Gradients of everything that moves in the step, and what balancing makes of the tasks.
void Learner::differentiate(const ComposedNetwork& composed, Losses& losses, std::int64_t number,
                            StepResult& result) {
    const double coupled = m_decoupledDecay ? 0 : m_train.weightDecay;
    const bool onKernels = m_train.decayOn == DecayOn::Kernels;
    BackwardSettings settings{.moving = movingIn(number),
                              .step = number,
                              .epoch = static_cast<double>(number) / m_stepsPerEpoch,
                              .kernelDecay = onKernels ? coupled : 0};
    std::vector<double> weights = m_taskWeights;
    if (m_balancingInfo.consumes == Consumes::Gramian) {
        // What has no weight has no say in how the others' gradients are combined.
        for (std::size_t t = 0; t < m_tasks.size(); ++t)
            if (m_taskWeights[t] == 0)
                losses.terms[t].reset();
        settings.rows = &m_gradientRows;
        settings.combine = [&](const Gramian& gramian) {
            const auto all = balance(losses, number, &gramian, result);
            std::vector<double> own;
            for (const int task : gramian.tasks)
                own.push_back(all[static_cast<std::size_t>(task)]);
            return own;
        };
    } else {
        const auto balanced = balance(losses, number, nullptr, result);
        for (std::size_t t = 0; t < m_tasks.size(); ++t)
            weights[t] = balanced[t] * m_taskWeights[t];
    }
    weigh(losses, weights, result);
    backward(m_network, composed, losses.terms, settings);
    const torch::NoGradGuard noGrad;
    if (!onKernels && coupled > 0)
        for (Parameter& parameter : m_network.parameters())
            if (parameter.kind == ParameterKind::Factor && parameter.grad.defined())
                parameter.grad = parameter.grad.add(parameter.value, coupled);
}

/// The same batch once more, for balancing; running statistics stay.
void Learner::lookAfterStep(const Batch& batch, std::int64_t number) {
    const torch::NoGradGuard noGrad;
    RunSettings settings = settingsOf(m_train);
    settings.followStatistics = false;
    StepResult unused;
    std::vector<double> losses;
    for (const torch::Tensor& loss :
         forward(m_network.compose(false, momentOf(number)), batch, number, settings, unused))
        losses.push_back(loss.defined() ? loss.item<double>()
                                        : std::numeric_limits<double>::quiet_NaN());
    m_balancing->stepped(losses);
}

double Learner::lossOf(const Network& network, const Batch& batch) const {
    const torch::NoGradGuard noGrad;
    const auto outputs = network.forward(network.compose(false), batch.images, {});
    double sum = 0;
    for (std::size_t t = 0; t < m_tasks.size(); ++t)
        if (const torch::Tensor loss = m_tasks[t]->loss(outputs[t], batch.targets[t]);
            loss.defined()) // undefined without a valid pixel
            sum += loss.item<double>() * m_taskWeights[t];
    return sum;
}

/// Those of the step before would lie between the activations and make the heap grow.
void Learner::dropGradients() {
    for (Parameter& parameter : m_network.parameters())
        parameter.grad.reset();
}

std::vector<MetricValue> Learner::values(const StepResult& result) const {
    const torch::NoGradGuard noGrad;
    const bool any = !std::ranges::all_of(result.losses, [](double loss) { return std::isnan(loss); });
    std::vector<MetricValue> values{{"", "loss", any ? result.total : std::nan("")}, // 0 were perfect
                                    {"", "lr", result.rate},
                                    {"", "grad_norm", result.gradientNorm}};
    for (std::size_t t = 0; t < result.losses.size(); ++t) {
        if (std::isnan(result.losses[t]))
            continue;
        const std::string& task = m_taskNames[t];
        values.push_back({task, "loss", result.losses[t]});
        if (!result.weights.empty())
            values.push_back({task, "weight", result.weights[t]});
        if (!m_train.trainMetrics)
            continue;
        const auto metrics = m_tasks[t]->metrics();
        metrics->add(result.outputs[t], result.targets[t]);
        const auto numbers = metrics->values();
        for (std::size_t m = 0; m < numbers.size(); ++m)
            values.push_back({task, m_taskInfos[t]->metrics[m].name, numbers[m]});
    }
    return values;
}

std::vector<ConflictRow> Learner::conflict(const Batch& batch, std::int64_t number) {
    return conflict(halfOf(batch, m_network.design().graph), number);
}

std::vector<ConflictRow> Learner::conflict(const ConflictBatches& batches, std::int64_t number) {
    if (!hasSharedCopies(m_network))
        return {};
    dropGradients();
    const ComposedNetwork composed = m_network.compose(true, momentOf(number));
    RunSettings settings = settingsOf(m_train); // another precision would take longer than a step
    settings.followStatistics = false;
    std::vector<std::vector<torch::Tensor>> found(m_tasks.size()); // losses, by task
    for (const Batch& batch : batches.batches) {
        const auto outputs = outputsOf(composed, batch, settings);
        for (std::size_t t = 0; t < m_tasks.size(); ++t) {
            const torch::Tensor loss = outputs[t].defined()
                                           ? m_tasks[t]->loss(outputs[t], batch.targets[t])
                                           : torch::Tensor();
            if (loss.defined() && loss.requires_grad()) // one that rests does not
                found[t].push_back(loss * m_taskWeights[t]);
        }
    }
    std::vector<torch::Tensor> losses;
    for (const auto& own : found)
        losses.push_back(own.empty()       ? torch::Tensor()
                         : own.size() == 1 ? own.front()
                                           : torch::stack(own).mean());
    auto rows = measureConflict(m_network, composed, losses);
    for (ConflictRow& row : rows) {
        row.step = number;
        row.estimator = batches.estimator;
    }
    return rows;
}

Expected<StepResult> Learner::step(const Batch& batch, std::int64_t number) {
    dropGradients();
    const ComposedNetwork composed = m_network.compose(true, momentOf(number));
    StepResult result;
    auto losses = checked(forward(composed, batch, number, settingsOf(m_train), result), number);
    if (!losses)
        return failure(losses.error());
    differentiate(composed, *losses, number, result);

    const torch::NoGradGuard noGrad;
    result.gradientNorm = clipGradients();
    if (!std::isfinite(result.gradientNorm))
        return failure(notFinite("norm of the gradient", result.gradientNorm,
                                 growthHint(m_train, number == 0)));
    result.rate = rate(number);
    update(result.rate, movingIn(number));
    result.losses = std::move(losses->values);
    for (torch::Tensor& output : result.outputs)
        if (output.defined())
            output = output.detach();
    if (m_balancingInfo.consumes == Consumes::LossesAfterStep)
        lookAfterStep(batch, number);
    return result;
}

std::optional<Problem> Learner::checkWeights() const {
    for (const auto& [name, tensor] : m_network.namedTensors())
        if (const double sum = tensor.sum().item<double>(); !std::isfinite(sum))
            if (!torch::isfinite(tensor).all().item<bool>())
                return isRunningStatistic(name)
                           ? notFinite("running statistics of " + name, sum,
                                       "what this layer gives is beyond what float32 holds; "
                                           + growthHint(m_train, false))
                           : notFinite("weights of " + name, sum, growthHint(m_train, false));
    return std::nullopt;
}

/// Scales all gradients so that their joint norm is at most train.clip_norm; returns the norm
/// before, as torch.nn.utils.clip_grad_norm_ does.
double Learner::clipGradients() {
    std::vector<torch::Tensor> squares;
    for (const Parameter& parameter : m_network.parameters())
        if (parameter.grad.defined())
            squares.push_back(parameter.grad.square().sum());
    if (squares.empty())
        return 0;
    const double norm = std::sqrt(torch::stack(squares).sum().item<double>());
    if (m_train.clipNorm > 0 && norm > m_train.clipNorm)
        for (Parameter& parameter : m_network.parameters())
            if (parameter.grad.defined())
                parameter.grad = parameter.grad * (m_train.clipNorm / (norm + 1e-6));
    return norm;
}

void Learner::update(double rate, Moving moving) {
    const double decay = m_decoupledDecay ? m_train.weightDecay : 0;
    if (decay > 0 && m_train.decayOn == DecayOn::Kernels)
        m_network.scaleKernels(1 - rate * decay, moving);
    for (Parameter& parameter : m_network.parameters()) {
        if (!parameter.grad.defined())
            continue;
        if (decay > 0 && m_train.decayOn == DecayOn::Factors
            && parameter.kind == ParameterKind::Factor)
            parameter.value.mul_(1 - rate * decay);
        m_optimizer->update(parameter,
                            (parameter.core ? rate * m_train.coreRate : rate) * parameter.rate);
    }
}

} // namespace concertina
