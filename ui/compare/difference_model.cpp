// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/difference_model.h"

#include "widgets/controls/table_panel.h"
#include "widgets/qt_text.h"

#include <algorithm>

namespace concertina {

namespace {

const Instruction* instructionAt(const NetworkOutline& network, int index) {
    return index < 0 ? nullptr : &network.program.instructions[static_cast<std::size_t>(index)];
}

/// What a node is at one side: its operation where the sides differ in nothing.
QString sideOf(const Instruction* instruction, const NodeDifference& node,
               std::string StructureFact::*side) {
    if (instruction == nullptr)
        return QStringLiteral("–");
    QStringList parts;
    for (const StructureFact& fact : node.structure)
        if (fact.what != "name" && !(fact.*side).empty())
            parts << toQt(fact.what + " " + fact.*side);
    return parts.isEmpty() ? toQt(std::string(opName(instruction->op)))
                           : parts.join(QStringLiteral(", "));
}

} // namespace

void DifferenceModel::setDifference(NetworkDifference difference) {
    m_difference = std::move(difference);
    choose();
}

void DifferenceModel::setOnlyDiffering(bool only) {
    m_only = only;
    choose();
}

void DifferenceModel::choose() {
    beginResetModel();
    m_rows.clear();
    for (std::size_t i = 0; i < m_difference.nodes.size(); ++i)
        if (!m_only || m_difference.nodes[i].differs())
            m_rows.push_back(i);
    endResetModel();
}

const NodeDifference& DifferenceModel::nodeAt(int row) const {
    return m_difference.nodes[m_rows[static_cast<std::size_t>(row)]];
}

QString DifferenceModel::detailsOf(int row) const {
    const NodeDifference& node = nodeAt(row);
    QStringList lines;
    for (const auto& [what, text] : {std::pair(tr("Structure"), structureText(m_difference, node)),
                                     std::pair(tr("Parameters"), tensorsText(m_difference, node)),
                                     std::pair(tr("Output"), outputText(node))})
        if (!text.empty())
            lines << what + QStringLiteral(": ") + toQt(text);
    return lines.join(QLatin1Char('\n'));
}

int DifferenceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DifferenceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const NodeDifference& node = nodeAt(index.row());
    double parameters = -1; // what is not known comes last
    for (const TensorDifference& tensor : node.tensors)
        parameters = std::max(parameters, tensor.relativeNorm);
    const double output = node.output ? node.output->relativeNorm : -1;
    if (role == TablePanel::SortRole && index.column() == Parameters)
        return parameters;
    if (role == TablePanel::SortRole && index.column() == Output)
        return output;
    if (role == Qt::ToolTipRole)
        return detailsOf(index.row());
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter
                        | (index.column() < Parameters ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole && role != TablePanel::SortRole)
        return {};
    const std::string left = leftName(m_difference, node), right = rightName(m_difference, node);
    switch (index.column()) {
    case Node:
        return toQt(left.empty()                     ? right
                    : right.empty() || left == right ? left
                                                     : left + " → " + right);
    case Left:
        return sideOf(instructionAt(m_difference.left, node.left), node, &StructureFact::left);
    case Right:
        return sideOf(instructionAt(m_difference.right, node.right), node, &StructureFact::right);
    case Parameters:
        return node.tensors.empty()   ? QString()
               : node.tensorsDiffer() ? QString::number(parameters, 'g', 3)
                                      : tr("equal");
    case Output: return toQt(outputText(node));
    default: return {};
    }
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (section < Parameters ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole && section >= Parameters)
        return tr("‖left − right‖ ÷ ‖left‖");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Node: return tr("Node");
    case Left: return tr("Left");
    case Right: return tr("Right");
    case Parameters: return tr("Parameters Δ");
    default: return tr("Output Δ");
    }
}

} // namespace concertina
