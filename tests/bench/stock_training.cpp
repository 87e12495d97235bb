// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/stock_training.h"

#include "tests/bench/stock_model.h"

namespace concertina::bench {

struct StockTraining::Optimizer {
    torch::optim::Adam adam;
};

StockTraining::StockTraining(std::shared_ptr<StockModel> model, double rate)
    : m_model(std::move(model)),
      m_optimizer(new Optimizer{torch::optim::Adam(m_model->parameters(), rate)}) {}

StockTraining::~StockTraining() = default;

void StockTraining::step(const Batch& batch) {
    namespace F = torch::nn::functional;
    m_optimizer->adam.zero_grad();
    const auto outputs = m_model->forward(batch.images);
    const auto segmentation = F::cross_entropy(
        outputs[0], batch.targets[0].only(), F::CrossEntropyFuncOptions().ignore_index(-1));
    const auto known = (batch.targets[1].only() > 0).to(torch::kFloat32);
    const auto depth = ((outputs[1] - batch.targets[1].only()).abs() * known).sum() / known.sum();
    const auto faces = batch.targets[2].only().square().sum(1) > 0.5;
    const auto normal = 1
                        - (F::normalize(outputs[2], F::NormalizeFuncOptions().dim(1))
                           * batch.targets[2].only())
                                  .sum()
                              / faces.sum();
    const auto loss = segmentation + depth + normal;
    loss.backward();
    m_optimizer->adam.step();
    // As every training loop does, to show it.
    static_cast<void>(loss.item<double>());
}

} // namespace concertina::bench
