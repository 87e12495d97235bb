// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/sharing_model.h"

#include "core/model/sharing_edit.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <map>

namespace concertina {

namespace {

bool alike(const SharingRow& a, const SharingRow& b) {
    LayerPlan named = a.plan;
    named.layer = b.plan.layer;
    return a.stage == b.stage && named == b.plan && a.available == b.available
           && a.behind == b.behind && a.factors.hasCore() == b.factors.hasCore();
}

double trainedParameters(const LayerFactors& factors, const LayerPlan& plan, int channels) {
    double count = static_cast<double>(plan.bias.groups.size()) * channels;
    for (std::size_t i = 0; i < factors.factors.size(); ++i)
        count += static_cast<double>(plan.partitions[i].groups.size())
                 * static_cast<double>(factors.factors[i].size());
    return count;
}

SharingRow rowOf(const NetworkDesign& network, std::size_t layer) {
    const LayerPlan& plan = network.plan.layers[layer];
    const LayerFactors& factors = network.layers[layer].factors;
    const KernelShape& kernel = network.graph.layers[layer].kernel;
    return {.layers = {layer},
            .stage = stageOf(plan.layer),
            .label = toQt(plan.layer),
            .plan = plan,
            .factors = factors,
            .behind = factorsBehind(network.layers[layer]),
            .state = stateOf(plan, factors),
            .available = availableStates(factors, network.taskCount()),
            .resting = network.plan.resting,
            .trained = trainedParameters(factors, plan, kernel.out),
            .collapsed = static_cast<double>(plan.kernels().groups.size())
                         * static_cast<double>(kernel.weights() + kernel.out)};
}

bool sameLines(const std::vector<SharingRow>& a, const std::vector<SharingRow>& b) {
    return std::ranges::equal(a, b, [](const SharingRow& x, const SharingRow& y) {
        return x.layers == y.layers && x.label == y.label;
    });
}

} // namespace

SharingState SharingRow::next() const {
    return nextState(state, available);
}

bool SharingRow::isAllFrozen() const {
    if (plan.isAllFrozen())
        return true;
    const auto rests = [this](const Partition& partition) {
        return std::ranges::all_of(partition.groups,
                                   [this](TaskSet group) { return (group & resting) != 0; });
    };
    return rests(plan.bias) && rests(plan.norm) && std::ranges::all_of(plan.partitions, rests);
}

SharingModel::SharingModel(QObject* parent)
    : QAbstractListModel(parent), m_network(std::make_shared<NetworkDesign>()) {}

void SharingModel::setNetwork(NetworkDesign network, std::vector<SharingTask> tasks) {
    setNetwork(std::make_shared<const NetworkDesign>(std::move(network)), std::move(tasks));
}

void SharingModel::setNetwork(SharedDesign network, std::vector<SharingTask> tasks) {
    m_network = std::move(network);
    const bool sameTasks = tasks == m_tasks;
    m_tasks = std::move(tasks);
    std::vector<SharingRow> rows = makeRows();
    if (sameTasks && sameLines(rows, m_rows)) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    showRows(std::move(rows));
}

void SharingModel::setReadings(FactorReadings readings) {
    m_readings = std::move(readings);
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

std::vector<std::optional<GateShare>> SharingModel::gates(const SharingRow& row) const {
    if (m_readings.copies.empty())
        return std::vector<std::optional<GateShare>>(m_network->plan.tasks.size());
    const std::vector<std::string> layers = m_network->plan.layerNames();
    std::vector<std::optional<GateShare>> shares;
    for (const std::string& task : m_network->plan.tasks)
        shares.push_back(gateShare(row, layers, m_readings, task));
    return shares;
}

void SharingModel::clear() {
    m_network = std::make_shared<NetworkDesign>();
    m_readings = {};
    m_tasks.clear();
    showRows({});
}

void SharingModel::showRows(std::vector<SharingRow> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void SharingModel::setUnfolded(const std::string& stage, bool unfolded) {
    if (unfolded ? !m_unfolded.insert(stage).second : m_unfolded.erase(stage) == 0)
        return;
    showRows(makeRows());
}

std::vector<SharingRow> SharingModel::makeRows() const {
    std::vector<SharingRow> rows;
    std::map<std::string, std::size_t> sizes;
    for (std::size_t i = 0; i < m_network->plan.layers.size(); ++i) {
        SharingRow row = rowOf(*m_network, i);
        ++sizes[row.stage];
        const bool unfolded = m_unfolded.contains(row.stage);
        if (!rows.empty() && !unfolded && alike(rows.back(), row)) {
            rows.back().layers.push_back(i);
            rows.back().trained += row.trained;
            rows.back().collapsed += row.collapsed;
            continue;
        }
        row.canFold = unfolded;
        rows.push_back(std::move(row));
    }
    for (SharingRow& row : rows) {
        row.canUnfold = row.layers.size() > 1;
        row.canFold = row.canFold && sizes[row.stage] > 1;
        const auto stage = toQt(row.stage);
        if (row.layers.size() == sizes[row.stage] && row.canUnfold)
            row.label = stage;
        else if (row.canUnfold)
            row.label +=
                QStringLiteral("–")
                + toQt(m_network->plan.layers[row.layers.back()].layer).mid(stage.size() + 1);
    }
    return rows;
}

int SharingModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant SharingModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const SharingRow& shown = row(index.row());
    switch (role) {
    case Qt::DisplayRole: return summary(shown);
    case Qt::ToolTipRole: return toolTip(shown);
    case Qt::AccessibleDescriptionRole: return factorsText(shown, m_tasks);
    default: return {};
    }
}

std::vector<QString> SharingModel::kernelLetters(const SharingRow& row, int tasks) {
    std::vector<QString> letters;
    const Partition kernels = row.plan.kernels();
    for (int task = 0; task < tasks; ++task) {
        const int group = groupOf(kernels, task);
        letters.push_back(group < 26 ? QString(QChar(u'A' + group)) : QString::number(group + 1));
    }
    return letters;
}

/// Of the tasks that rest.
QString SharingModel::restingNames(const SharingRow& row) const {
    QStringList names;
    for (const int task : tasksOf(row.resting))
        names << m_tasks[static_cast<std::size_t>(task)].label;
    return names.join(QStringLiteral(", "));
}

/// "frozen", or what of it is: "frozen: U, V", "frozen: all that Depth uses".
QString SharingModel::frozenText(const SharingRow& row) const {
    if (row.isAllFrozen())
        return row.plan.rests() ? tr("rests") : tr("frozen");
    return row.plan.frozen.empty() ? tr("frozen: all that %1 uses").arg(restingNames(row))
                                   : tr("frozen: %1").arg(toQt(join(row.plan.frozen, ", ")));
}

QString SharingModel::summary(const SharingRow& row) const {
    QString text = row.label;
    if (row.layers.size() > 1)
        text += tr(", %1 layers").arg(row.layers.size());
    text += QStringLiteral(": ") + (row.state ? stateLabel(*row.state) : tr("groups of tasks"));
    const auto letters = kernelLetters(row, static_cast<int>(m_tasks.size()));
    if (row.isFrozen())
        text += QStringLiteral(", ") + frozenText(row);
    QStringList kernels;
    const auto claims = gates(row);
    for (std::size_t t = 0; t < m_tasks.size(); ++t) {
        kernels << tr("%1 kernel %2").arg(m_tasks[t].label, letters[t]);
        if (claims[t])
            kernels.back() += QLatin1Char(' ') + claimText(*claims[t]);
    }
    return text + QStringLiteral("; ") + kernels.join(QStringLiteral(", "));
}

QString SharingModel::toolTip(const SharingRow& row) const {
    const auto count = [](double value) { return toQt(shortCount(value)); };
    const KernelShape& kernel = m_network->graph.layers[row.layers.front()].kernel;
    QStringList factors;
    for (const FactorInfo& factor : row.factors.factors)
        factors << toQt(factor.name);
    QString text = QStringLiteral("<p><b>%1</b>%2 · %3 × %4, %5 → %6 channels · %7</p>")
                       .arg(row.label.toHtmlEscaped(),
                            row.layers.size() > 1 ? QStringLiteral(" ×%1").arg(row.layers.size())
                                                  : QString())
                       .arg(kernel.height)
                       .arg(kernel.width)
                       .arg(kernel.in)
                       .arg(kernel.out)
                       .arg(tr("W of %1").arg(factors.join(QStringLiteral("·"))).toHtmlEscaped());
    text += QStringLiteral("<p>%1</p>")
                .arg(row.state ? QStringLiteral("<b>%1</b>: %2").arg(stateLabel(*row.state),
                                                                     stateHelp(*row.state))
                               : tr("Groups of tasks by rules of their own."));
    if (row.resting != 0)
        text +=
            tr("<p><b>Rests</b>: all that %1 uses here stays as it began, its norms' statistics "
               "too.</p>")
                .arg(restingNames(row).toHtmlEscaped());
    if (row.plan.rests())
        text += tr("<p><b>Rests</b>: it stays as it is while the others train, and its norms go by "
                   "their running statistics.</p>");
    else if (row.plan.isAllFrozen())
        text += tr("<p><b>Frozen</b>: it rests while the others train. Its norm still follows its "
                   "batches.</p>");
    else if (!row.plan.frozen.empty())
        text += tr("<p><b>Frozen</b>: %1; these rest while the others train.</p>")
                    .arg(toQt(join(row.plan.frozen, ", ")).toHtmlEscaped());
    for (const QString& sentence : factorSentences(row))
        text += QStringLiteral("<p>%1</p>").arg(sentence.toHtmlEscaped());
    const auto claims = gates(row);
    QStringList claimed;
    for (std::size_t t = 0; t < m_tasks.size(); ++t)
        if (claims[t])
            claimed << QStringLiteral("%1: %2 (%3)")
                           .arg(m_tasks[t].label.toHtmlEscaped(), claimText(*claims[t]),
                                scoreText(*claims[t]));
    if (!claimed.isEmpty())
        text += tr("<p>At step %1:<br>%2</p>")
                    .arg(m_readings.step)
                    .arg(claimed.join(QStringLiteral("<br>")));
    const auto kernels = row.plan.kernels().groups.size();
    text += tr("<p>%1 parameters in training → %2 collapsed; %3 a layer.</p>")
                .arg(count(row.trained), count(row.collapsed),
                     kernels == 1 ? tr("one kernel") : tr("%1 kernels").arg(kernels));
    if (row.available.size() > 1)
        text += tr("<p>A click makes it %1.</p>").arg(stateLabel(row.next()).toLower());
    return text;
}

QString stateLabel(SharingState state) {
    QString label = QString::fromUtf8(stateName(state).data(),
                                      static_cast<qsizetype>(stateName(state).size()));
    label[0] = label[0].toUpper();
    return label;
}

QChar stateKey(SharingState state) {
    switch (state) {
    case SharingState::Tied: return u'T';
    case SharingState::Merged: return u'M';
    case SharingState::FactorsShared: return u'F';
    case SharingState::Separate: return u'S';
    case SharingState::MergedByProduct: return u'P';
    }
    return {};
}

QString stateHelp(SharingState state) {
    switch (state) {
    case SharingState::Tied:
        return SharingModel::tr("one kernel, trained by all tasks. The cheapest; the tasks must "
                                "agree on it.");
    case SharingState::Merged:
        return SharingModel::tr("each task trains a core of its own, and the average of the kernels "
                                "is what runs. Costs parameters and a backward pass a task in "
                                "training; collapses to one kernel.");
    case SharingState::FactorsShared:
        return SharingModel::tr("outer factors are one, each task has its own core, bias and norm, "
                                "and so its own kernel. From here on the network runs once a task, "
                                "collapsed too.");
    case SharingState::Separate:
        return SharingModel::tr("each task has everything of its own. The dearest: the network "
                                "runs, and is stored, once a task from here on.");
    case SharingState::MergedByProduct:
        return SharingModel::tr("each task trains a core of its own, and the product of the cores "
                                "is in the one kernel that runs. Costs what merged costs.");
    }
    return {};
}

} // namespace concertina
