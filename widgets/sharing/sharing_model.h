// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "widgets/sharing/factor_words.h"

#include <QAbstractListModel>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace concertina {

/// A column of the matrix; its colour is that of its index.
struct SharingTask {
    QString letter;
    QString label;

    bool operator==(const SharingTask&) const = default;
};

/// A line of the matrix: one layer, or neighbours of a stage whose plans and kernels agree.
struct SharingRow {
    std::vector<std::size_t> layers; ///< of the plan
    std::string stage;               ///< "enc1"
    QString label;                   ///< "enc1", "dec4.2"
    bool canUnfold = false;          ///< several layers in one line
    bool canFold = false;            ///< one of several lines of an unfolded stage
    LayerPlan plan;                  ///< of the first of them
    LayerFactors factors;            ///< the same
    FactorsBehind behind;            ///< the same
    std::optional<SharingState> state; ///< none: groups that no named state has
    std::vector<SharingState> available;
    TaskSet resting = 0;  ///< tasks that rest, with all that they use
    double trained = 0;   ///< parameters of all its layers in training
    double collapsed = 0; ///< and of their kernels and biases after collapsing

    /// The state that a click leads to.
    SharingState next() const;

    /// Whether some of it rests, and whether its factors, bias and norm all do.
    bool isFrozen() const { return !plan.frozen.empty() || resting != 0; }
    bool isAllFrozen() const;
};

/// The layers that tasks share, a row a layer or run of like layers. The display text is what a
/// screen reader says of a row, its description whose the factors are.
class SharingModel : public QAbstractListModel {
    Q_OBJECT

public:
    explicit SharingModel(QObject* parent = nullptr);

    void setNetwork(NetworkDesign network, std::vector<SharingTask> tasks);
    void setNetwork(SharedDesign network, std::vector<SharingTask> tasks);
    void clear();

    /// What gates say, of a run that has trained; without copies: nothing is known.
    void setReadings(FactorReadings readings);

    const std::vector<SharingTask>& tasks() const { return m_tasks; }
    const SharingRow& row(int index) const { return m_rows[static_cast<std::size_t>(index)]; }

    /// Shows the layers of a stage one by one, or like ones in one row again.
    void setUnfolded(const std::string& stage, bool unfolded);

    /// Stages are unfolded as in another.
    void takeFolding(const SharingModel& other) { m_unfolded = other.m_unfolded; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    /// By task, how much of a row is claimed; none where nothing is known.
    std::vector<std::optional<GateShare>> gates(const SharingRow& row) const;

    /// "A" for the first group of kernels, "B", …, by task; what a cell of the row shows.
    static std::vector<QString> kernelLetters(const SharingRow& row, int tasks);

private:
    std::vector<SharingRow> makeRows() const;
    void showRows(std::vector<SharingRow> rows);
    QString toolTip(const SharingRow& row) const;
    QString summary(const SharingRow& row) const;
    QString frozenText(const SharingRow& row) const;
    QString restingNames(const SharingRow& row) const;

    SharedDesign m_network; ///< never null
    FactorReadings m_readings;
    std::vector<SharingTask> m_tasks;
    std::set<std::string> m_unfolded;
    std::vector<SharingRow> m_rows;
};

/// What a state means, in one sentence.
QString stateHelp(SharingState state);

/// "Merged", for buttons and menus.
QString stateLabel(SharingState state);

/// The key that chooses a state in the matrix.
QChar stateKey(SharingState state);

} // namespace concertina
