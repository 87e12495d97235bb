// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_matrix_model.h"

#include "core/model/costs.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QDataStream>

#include <algorithm>

namespace concertina {

namespace {

void writePartition(QDataStream& stream, const Partition& partition) {
    stream << quint32(partition.groups.size());
    for (const TaskSet group : partition.groups)
        stream << quint64(group);
}

} // namespace

PlanMatrixModel::PlanMatrixModel(QObject* parent)
    : QAbstractTableModel(parent), m_rows(new SharingModel(this)) {}

void PlanMatrixModel::changed() {
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void PlanMatrixModel::setNetwork(SharedDesign network, std::vector<SharingTask> tasks) {
    // Rows of the same layers stay, so that nothing that is selected or scrolled to is lost.
    const auto lines = [this] {
        std::vector<std::vector<std::size_t>> all;
        for (int i = 0; i < rowCount(); ++i)
            all.push_back(row(i).layers);
        return all;
    };
    // How the rows will be is known when they are made.
    SharingModel* next = new SharingModel(this);
    const auto before = lines();
    const bool sameTasks = tasks == this->tasks();
    next->takeFolding(*m_rows);
    next->setReadings(m_readings);
    next->setNetwork(network, std::move(tasks));
    bool same = sameTasks && next->rowCount() == rowCount();
    for (int i = 0; same && i < next->rowCount(); ++i)
        same = next->row(i).layers == before[static_cast<std::size_t>(i)];
    if (!same)
        beginResetModel();
    delete std::exchange(m_rows, next);
    m_layers = network->plan.layers;
    m_adds = multiplyAddsByLayer(*network);
    m_kernels.clear();
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        m_kernels.push_back(network->graph.layers[i].kernel);
    if (!same)
        endResetModel();
    else
        changed();
}

void PlanMatrixModel::setUnfolded(const std::string& stage, bool unfolded) {
    beginResetModel();
    m_rows->setUnfolded(stage, unfolded);
    endResetModel();
}

void PlanMatrixModel::setPart(const std::string& part) {
    m_part = part;
    changed();
}

void PlanMatrixModel::setProblems(std::map<std::size_t, QString> problems) {
    m_problems = std::move(problems);
    changed();
}

void PlanMatrixModel::setReadings(FactorReadings readings) {
    m_readings = std::move(readings);
    m_rows->setReadings(m_readings);
    changed();
}

void PlanMatrixModel::setOverlay(PlanOverlay overlay) {
    m_overlay = std::move(overlay);
    changed();
}

void PlanMatrixModel::setOther(std::optional<SharingPlan> other, const QString& name) {
    m_other = std::move(other);
    m_otherName = name;
    changed();
}

std::vector<std::optional<GateShare>> PlanMatrixModel::gates(const SharingRow& row) const {
    if (m_readings.copies.empty() || (!m_part.empty() && row.plan.part(m_part) == nullptr))
        return {};
    return m_rows->gates(row);
}

std::vector<std::string> PlanMatrixModel::factorNames() const {
    std::vector<std::string> names;
    for (const LayerPlan& layer : m_layers)
        for (const std::string& factor : layer.factors)
            if (std::ranges::find(names, factor) == names.end())
                names.push_back(factor);
    return names;
}

bool PlanMatrixModel::hasBiases() const {
    return std::ranges::any_of(m_layers, &LayerPlan::hasBias);
}

std::optional<LayerPlan> PlanMatrixModel::shownPlan(const SharingRow& row) const {
    if (m_part.empty())
        return row.plan;
    const Partition* partition = row.plan.part(m_part);
    if (partition == nullptr)
        return std::nullopt;
    return LayerPlan{.layer = row.plan.layer,
                     .factors = {m_part},
                     .partitions = {*partition},
                     .bias = *partition,
                     .norm = *partition};
}

bool PlanMatrixModel::startsStage(int index) const {
    return index > 0 && row(index).stage != row(index - 1).stage;
}

QString PlanMatrixModel::shapeText(const SharingRow& row) const {
    const KernelShape& first = m_kernels[row.layers.front()];
    const KernelShape& last = m_kernels[row.layers.back()];
    return QStringLiteral("%1×%2 %3→%4")
        .arg(first.height)
        .arg(first.width)
        .arg(first.in)
        .arg(last.out);
}

double PlanMatrixModel::multiplyAdds(const SharingRow& row) const {
    double sum = 0;
    for (const std::size_t layer : row.layers)
        sum += m_adds[layer];
    return sum;
}

double PlanMatrixModel::mostMultiplyAdds() const {
    double most = 0;
    for (int i = 0; i < rowCount(); ++i)
        most = std::max(most, multiplyAdds(row(i)));
    return most;
}

QString PlanMatrixModel::problem(const SharingRow& row) const {
    for (const std::size_t layer : row.layers)
        if (const auto at = m_problems.find(layer); at != m_problems.end())
            return at->second;
    return {};
}

QByteArray PlanMatrixModel::cellsLook(int index) const {
    const SharingRow& shown = row(index);
    QByteArray look;
    QDataStream stream(&look, QIODevice::WriteOnly);
    const auto plan = shownPlan(shown);
    stream << taskCount() << plan.has_value();
    if (plan) {
        for (const Partition& partition : plan->partitions)
            writePartition(stream, partition);
        writePartition(stream, plan->bias);
        writePartition(stream, plan->norm);
        stream << plan->merged << plan->product;
        for (const std::string& part : plan->frozen)
            stream << part.c_str();
    }
    for (const auto& gate : gates(shown)) {
        stream << gate.has_value();
        if (gate)
            stream << gate->open << gate->gated << gate->lowest << gate->highest << gate->threshold;
    }
    for (int task = 0; task < taskCount(); ++task) {
        stream << isOther(index, task);
        if (m_overlay.isEmpty())
            continue;
        const OverlayCell measured = m_overlay.drawn(shown.layers, task);
        stream << m_overlay.isSigned << measured.value << measured.weight;
        for (const double part : measured.parts)
            stream << part;
    }
    return look;
}

QByteArray PlanMatrixModel::labelLook(int index) const {
    const SharingRow& shown = row(index);
    QByteArray look;
    QDataStream stream(&look, QIODevice::WriteOnly);
    stream << shown.label << quint32(shown.layers.size()) << shapeText(shown) << shown.canFold
           << shown.canUnfold << shown.isFrozen() << shown.isAllFrozen()
           << problem(shown).isEmpty();
    return look;
}

int PlanMatrixModel::rowOf(std::size_t layer) const {
    for (int i = 0; i < rowCount(); ++i)
        if (std::ranges::find(row(i).layers, layer) != row(i).layers.end())
            return i;
    return -1;
}

const LayerPlan* PlanMatrixModel::otherPlan(std::size_t layer) const {
    return m_other && layer < m_other->layers.size()
                   && m_other->layers[layer].layer == m_layers[layer].layer
                   && m_other->layers[layer].factors == m_layers[layer].factors
                   && m_other->taskCount() == taskCount()
               ? &m_other->layers[layer]
               : nullptr;
}

bool PlanMatrixModel::isOther(int index, int task) const {
    const auto differs = [&](const LayerPlan& a, const LayerPlan& b, const std::string& part) {
        const Partition* own = a.part(part);
        const Partition* other = b.part(part);
        return own != nullptr && other != nullptr
               && groupContaining(*own, taskBit(task)) != groupContaining(*other, taskBit(task));
    };
    return std::ranges::any_of(row(index).layers, [&](std::size_t layer) {
        const LayerPlan& plan = m_layers[layer];
        const LayerPlan* other = otherPlan(layer);
        if (other == nullptr)
            return false;
        if (!m_part.empty())
            return differs(plan, *other, m_part);
        return plan.merged != other->merged || plan.product != other->product
               || plan.frozen != other->frozen || differs(plan, *other, "bias")
               || differs(plan, *other, "norm")
               || std::ranges::any_of(plan.factors, [&](const std::string& factor) {
                      return differs(plan, *other, factor);
                  });
    });
}

bool PlanMatrixModel::isOther() const {
    for (int i = 0; m_other && i < rowCount(); ++i)
        for (int task = 0; task < taskCount(); ++task)
            if (isOther(i, task))
                return true;
    return false;
}

/// What a task has of a layer, in words.
QString PlanMatrixModel::ownership(const SharingRow& row, const LayerPlan& plan, int task) const {
    QStringList own;
    std::vector<std::pair<TaskSet, QStringList>> shared;
    const auto add = [&](const QString& name, const Partition& partition) {
        const TaskSet others = groupContaining(partition, taskBit(task)) & ~taskBit(task);
        if (others == 0) {
            own << name;
            return;
        }
        const auto known =
            std::ranges::find(shared, others, &std::pair<TaskSet, QStringList>::first);
        if (known != shared.end())
            known->second << name;
        else
            shared.emplace_back(others, QStringList{name});
    };
    for (std::size_t k = 0; k < plan.factors.size(); ++k)
        add(row.factors.factors[k].core ? tr("core") : toQt(plan.factors[k]), plan.partitions[k]);
    if (plan.hasBias())
        add(tr("bias"), plan.bias);
    add(tr("norm"), plan.norm);
    QStringList texts;
    if (taskCount() > 1 && !own.isEmpty())
        texts << (shared.empty() ? tr("all its own")
                                 : tr("own %1").arg(own.join(QStringLiteral(", "))));
    for (const auto& [others, names] : shared) {
        QStringList labels;
        for (const int other : tasksOf(others))
            labels << tasks()[static_cast<std::size_t>(other)].label;
        const QString with = labels.join(QStringLiteral(", "));
        texts << (own.isEmpty() && shared.size() == 1
                      ? tr("tied with %1").arg(with)
                      : tr("%1 shared with %2").arg(names.join(QStringLiteral(", ")), with));
    }
    if (plan.merged)
        texts << (plan.product ? tr("merged by product into one kernel")
                               : tr("merged into one kernel"));
    if (!plan.frozen.empty())
        texts << toQt(plan.frozenText());
    return texts.join(QStringLiteral("; "));
}

QString PlanMatrixModel::reading(int index, int task) const {
    const SharingRow& shown = row(index);
    QStringList texts;
    if (const QString own = ownership(shown, shown.plan, task); !own.isEmpty())
        texts << own;
    if (const QString measured = m_overlay.cell(shown.layers, task).words; !measured.isEmpty())
        texts << measured.section(QLatin1Char('\n'), 0, 0);
    if (isOther(index, task))
        if (const LayerPlan* other = otherPlan(shown.layers.front())) {
            const QString was = ownership(shown, *other, task);
            texts << tr("%1: %2").arg(m_otherName, was.isEmpty() ? tr("nothing of note") : was);
        }
    if ((shown.resting & taskBit(task)) != 0)
        texts << tr("the task rests");
    if (const auto claims = gates(shown); !claims.empty())
        if (const auto& claim = claims[static_cast<std::size_t>(task)])
            texts << claimText(*claim);
    if (const QString wrong = problem(shown); !wrong.isEmpty())
        texts << tr("problem: %1").arg(wrong);
    QString where = shown.label;
    if (shown.layers.size() > 1)
        where += tr(", %1 layers").arg(shown.layers.size());
    return QStringLiteral("%1, %2: %3")
        .arg(where, tasks()[static_cast<std::size_t>(task)].label,
             texts.join(QStringLiteral("; ")));
}

int PlanMatrixModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows->rowCount();
}

int PlanMatrixModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || taskCount() == 0 ? 0 : taskCount() + 1;
}

QVariant PlanMatrixModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    if (index.column() == taskCount()) {
        const QString count = toQt(shortCount(multiplyAdds(row(index.row()))));
        if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
            return role == Qt::DisplayRole ? count : tr("%1 multiply–adds").arg(count);
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return SharingModel::kernelLetters(row(index.row()),
                                           taskCount())[static_cast<std::size_t>(index.column())];
    case Qt::AccessibleTextRole: return reading(index.row(), index.column());
    case Qt::ToolTipRole: {
        QString text = m_rows->index(index.row()).data(Qt::ToolTipRole).toString();
        if (const QString wrong = problem(row(index.row())); !wrong.isEmpty())
            text.prepend(QStringLiteral("<p><b>%1</b></p>").arg(wrong.toHtmlEscaped()));
        return text;
    }
    default: return {};
    }
}

QVariant PlanMatrixModel::headerData(int section, Qt::Orientation orientation, int role) const {
    const bool known =
        section >= 0 && section < (orientation == Qt::Horizontal ? columnCount() : rowCount());
    if (!known || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(row(section).label)
                                       : m_rows->index(section).data(Qt::ToolTipRole);
    return section < taskCount() ? tasks()[static_cast<std::size_t>(section)].label
                                 : tr("mult–adds");
}

Qt::ItemFlags PlanMatrixModel::flags(const QModelIndex& index) const {
    if (!index.isValid())
        return Qt::NoItemFlags;
    return index.column() < taskCount() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable
                                        : Qt::ItemFlags(Qt::ItemIsEnabled);
}

} // namespace concertina
