// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/plan_overlay.h"
#include "widgets/sharing/sharing_model.h"

#include <QAbstractTableModel>

#include <map>

namespace concertina {

/// Layers × tasks, in the rows of `SharingModel`, and a last column of multiply–adds. A cell's
/// accessible text says what its task has of the layer: "dec3.2, Depth: own core, bias, norm; U, V
/// shared with Segmentation".
class PlanMatrixModel : public QAbstractTableModel {
    Q_OBJECT

public:
    explicit PlanMatrixModel(QObject* parent = nullptr);

    void setNetwork(SharedDesign network, std::vector<SharingTask> tasks);
    void setUnfolded(const std::string& stage, bool unfolded);
    void setPart(const std::string& part); ///< a factor, "bias" or "norm" alone; empty: all
    void setProblems(std::map<std::size_t, QString> problems); ///< by layer

    /// What gates say, of a run that has trained; without copies: nothing is known.
    void setReadings(FactorReadings readings);

    /// What was measured, over the cells; an empty one: nothing.
    void setOverlay(PlanOverlay overlay);
    const PlanOverlay& overlay() const { return m_overlay; }

    /// Another plan of the same layers and tasks, whose differences are marked; `name`: what words
    /// call it. One of other layers marks nothing.
    void setOther(std::optional<SharingPlan> other, const QString& name);
    bool isOther(int row, int task) const; ///< whether a cell differs from it in what is shown
    bool isOther() const;                  ///< any cell

    const std::string& part() const { return m_part; }
    const std::vector<SharingTask>& tasks() const { return m_rows->tasks(); }
    int taskCount() const { return static_cast<int>(tasks().size()); }
    const SharingRow& row(int index) const { return m_rows->row(index); }
    const std::vector<LayerPlan>& layers() const { return m_layers; }

    /// The names that a factor selector offers: of all factors, in their order.
    std::vector<std::string> factorNames() const;

    /// Whether any layer has one.
    bool hasBiases() const;

    /// What a row shows: all of it, or the groups of the chosen part; none where it has no such.
    std::optional<LayerPlan> shownPlan(const SharingRow& row) const;
    bool startsStage(int index) const;
    QString shapeText(const SharingRow& row) const;   ///< "3×3 16→32"
    double multiplyAdds(const SharingRow& row) const; ///< of the collapsed network, all its layers
    double mostMultiplyAdds() const;                  ///< of any row
    QString problem(const SharingRow& row) const;     ///< empty: none
    QString reading(int row, int task) const;

    /// Equal where the cells of two rows, or their labels, are drawn alike.
    QByteArray cellsLook(int index) const;
    QByteArray labelLook(int index) const;

    /// By task, how much of a row is claimed; none where nothing is known, or not shown.
    std::vector<std::optional<GateShare>> gates(const SharingRow& row) const;

    int rowOf(std::size_t layer) const; ///< −1: none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    void changed();
    QString ownership(const SharingRow& row, const LayerPlan& plan, int task) const;
    const LayerPlan* otherPlan(std::size_t layer) const;

    SharingModel* m_rows;
    std::vector<LayerPlan> m_layers;
    std::vector<KernelShape> m_kernels; ///< by layer, as the next
    std::vector<double> m_adds;
    std::string m_part;
    std::map<std::size_t, QString> m_problems;
    FactorReadings m_readings;
    PlanOverlay m_overlay;
    std::optional<SharingPlan> m_other;
    QString m_otherName;
};

} // namespace concertina
