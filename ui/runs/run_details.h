// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "ui/runs/run_table.h"
#include "widgets/controls/card.h"

#include <QTimer>

#include <cstdint>
#include <optional>
#include <vector>

class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QStackedWidget;
class QTableWidget;

namespace concertina {

class StoreAccess;

/// What is below the table: of one run its notes, which can be written here, and its facts; of
/// two, in which fields of their specs they differ.
class RunDetails : public Card {
    Q_OBJECT

public:
    RunDetails(StoreAccess& store, QWidget* parent = nullptr);

    /// None, one or two runs; `total` is how many are chosen in all.
    void showRuns(const std::vector<RunId>& runs, int total);

    /// Reads again what is shown; notes that are being written stay.
    void refresh();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    /// The one run that is shown was read.
    void shown(const concertina::RunSummary& run, const concertina::ExperimentSpec& spec);
    void refused(const QString& what, const concertina::Problem& problem);
    void noted(); ///< notes are in the store
    void filled(bool filled); ///< there is something to show, or one line of what to do

private:
    struct Facts {
        RunRecord record;
        SpecReading spec;
        std::optional<CheckpointRecord> checkpoint;
        std::int64_t bytes = 0;
    };
    struct Pair {
        RunRecord left;
        RunRecord right;
        Problems problems;
        std::vector<SpecDifference> differences;
    };

    static Expected<Facts> readFacts(Store& store, const RunId& run);
    static Expected<Pair> readPair(Store& store, const RunId& left, const RunId& right);

    QWidget* makeFacts();
    QTableWidget* makeDifferences();
    void showHint(const QString& text);
    void showPart(int index);
    void showFacts(const Facts& facts);
    void showPair(const Pair& pair);
    void saveNotes();
    void showUnread(const Problem& problem);

    StoreAccess& m_store;
    std::vector<RunId> m_runs;
    int m_asked = 0; ///< an answer to an older question is dropped
    QStackedWidget* m_stack;
    QLabel* m_hint;
    QPlainTextEdit* m_notes;
    QFormLayout* m_facts;
    QTableWidget* m_differences;
    QTimer m_writeNotes;
    RunId m_notesOf;
    bool m_notesChanged = false; ///< and not yet in the store
};

} // namespace concertina
