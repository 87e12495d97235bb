// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/spec_analysis.h"

#include "core/model/validate.h"

#include <QMetaObject>

#include <algorithm>
#include <set>

namespace concertina {

namespace {

/// Whether `designNetwork` may be asked: it takes known methods with options that were checked.
bool canBeDesigned(const ExperimentSpec& spec, const Catalogue& catalogue,
                   const Problems& problems) {
    const auto concerns = [](const Problem& problem) {
        const std::string& path = problem.path;
        const bool planOnly = problem.code.starts_with("sharing.");
        return !planOnly
               && (path.starts_with("tasks") || path.starts_with("network.")
                   || path == "data.height" || path == "data.width");
    };
    return !spec.tasks.empty() && catalogue.backbone(spec.network.backbone.id) != nullptr
           && std::ranges::none_of(problems, concerns);
}

} // namespace

SpecAnalysis analyse(const ExperimentSpec& spec, const Catalogue& catalogue,
                     const ClassCounts& classes) {
    SpecAnalysis analysis{.problems = validate(spec, catalogue)};
    if (analysis.problems.empty())
        analysis.doubts = doubts(spec, catalogue);
    if (!canBeDesigned(spec, catalogue, analysis.problems))
        return analysis;
    DesignResult result =
        designNetwork(spec, catalogue, headOutputs(spec, catalogue, classes, AssumedClasses));
    const bool whole = result.problems.empty();
    analysis.network = std::move(result.design);
    if (whole)
        analysis.costs = networkCosts(*analysis.network, costSettings(spec.train, catalogue));
    return analysis;
}

SpecAnalyst::SpecAnalyst(const Catalogue& catalogue, QObject* parent)
    : QObject(parent), m_catalogue(catalogue), m_worker(new QObject) {
    m_thread.setObjectName(QStringLiteral("setup"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
}

SpecAnalyst::~SpecAnalyst() {
    ++m_asked; // what waits is passed over
    m_thread.quit();
    m_thread.wait();
}

void SpecAnalyst::request(const ExperimentSpec& spec, const ClassCounts& classes) {
    const std::int64_t serial = ++m_asked;
    QMetaObject::invokeMethod(
        m_worker,
        [this, serial, spec, classes] {
            if (serial != m_asked)
                return;
            auto analysis =
                std::make_shared<const SpecAnalysis>(analyse(spec, m_catalogue, classes));
            QMetaObject::invokeMethod(
                this,
                [this, serial, analysis = std::move(analysis)] {
                    if (serial != m_asked)
                        return;
                    m_answered = serial;
                    Q_EMIT ready(analysis);
                },
                Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

} // namespace concertina
