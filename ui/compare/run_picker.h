// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"

#include <QAbstractTableModel>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTreeView;

namespace concertina {

class JobNotice;
class RunFactsReader;
class StoreAccess;
class TonedLabel;

/// A run that has predictions to show.
struct PickableRun {
    RunId id;
    QString name;
    QString state;
    std::int64_t checkpoint = 0; ///< its step
    StoreTime created;

    bool operator==(const PickableRun&) const = default;
};

/// Runs with a checkpoint, the newest first.
class PickableRunsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, State, Checkpoint, Created, Columns };
    enum Role { IdRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setRuns(std::vector<PickableRun> runs);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<PickableRun> m_runs;
};

/// Chooses a run: what Compare shows while it has none, and the way to a second one.
class RunPicker : public QWidget {
    Q_OBJECT

public:
    explicit RunPicker(StoreAccess& store, QWidget* parent = nullptr);

    /// `apart` is left out; `canGoBack` offers a way back without choosing.
    void ask(const QString& title, const QString& text, const std::optional<RunId>& apart,
             bool canGoBack);

    /// Selects this run where it is offered; what is chosen afterwards stays, until it is another.
    void prefer(const RunId& run);

    QTreeView* list() const { return m_list; }

Q_SIGNALS:
    void chosen(const concertina::RunId& run);
    void cancelled();
    void runsWanted(); ///< where there is none to choose

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void read();
    void layOut();
    void accept();
    void showRuns(std::vector<PickableRun> runs);

    StoreAccess& m_store;
    std::shared_ptr<RunFactsReader> m_facts; ///< used where the store is read
    std::optional<RunId> m_apart;
    RunId m_preferred;
    bool m_prefers = false; ///< and is not selected yet
    std::vector<PickableRun> m_runs;
    PickableRunsModel* m_model;
    QSortFilterProxyModel* m_filtered;
    TonedLabel* m_title;
    TonedLabel* m_text;
    QLineEdit* m_filter;
    QTreeView* m_list;
    JobNotice* m_notice;
    TonedLabel* m_none;
    QPushButton* m_setup;
    QPushButton* m_back;
    QPushButton* m_choose;
    bool m_reading = false;
};

} // namespace concertina
