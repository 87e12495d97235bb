// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/trial.h"
#include "ui/window/page_context.h"
#include "widgets/controls/card.h"
#include "widgets/plots/plot_group.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

class QGridLayout;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace concertina {

class CurvePlot;
class TonedLabel;

/// What would happen? The network of a run's last checkpoint is trained for some steps as it is and
/// with the staged changes, on the same batches. A run that is going pauses with a checkpoint for
/// it and goes on afterwards, as if nothing had been tried.
class TrialCard : public Card {
    Q_OBJECT

public:
    explicit TrialCard(const PageContext& context, QWidget* parent = nullptr);
    ~TrialCard() override;

    /// Asks how many steps. `spec` is the run's; `joins`: the change alters what the network
    /// computes at once.
    void openOn(const RunId& run, const ExperimentSpec& spec, std::vector<std::string> rules,
                bool joins);

    /// Ends what is under way; a run that was paused for it goes on.
    void stop();

    bool isTrying() const { return m_stage != Stage::Asking; }
    const std::vector<std::string>& rules() const { return m_rules; }

    /// Whether it shows what became of its rules.
    bool isMeasured() const { return !m_lines.isEmpty(); }

    void forget() { m_lines.clear(); } ///< it is of a plan that is no longer shown

    /// The numbers that are shown, a line each: "loss: 1.234, 1.201, -0.033".
    QStringList lines() const { return m_lines; }
    QString words() const;
    QPushButton* startButton() const { return m_start; }
    QSpinBox* stepsBox() const { return m_steps; }

Q_SIGNALS:
    void closed();
    void applyWanted();

private:
    enum class Stage { Asking, Pausing, Training };

    void start();
    void followRuns();
    void train();
    void finish(Expected<Trial> trial);
    void goOn();
    void show(const Trial& trial);
    void showNumbers(const Trial& trial);
    void say(const QString& text, bool bad = false);
    void setStage(Stage stage);
    std::optional<RunState> ownState() const;

    PageContext m_context;
    RunId m_run;
    ExperimentSpec m_spec;
    std::vector<std::string> m_rules;
    Stage m_stage = Stage::Asking;
    bool m_goesOn = false;            ///< the run was paused for this
    std::unique_ptr<QObject> m_asker; ///< gone: the answer is not wanted any more
    QStringList m_lines;

    TonedLabel* m_words;
    QSpinBox* m_steps;
    QProgressBar* m_progress;
    PlotGroup m_group;
    CurvePlot* m_plot;
    QGridLayout* m_numbers;
    QWidget* m_numbersPart;
    QPushButton* m_start;
    QPushButton* m_apply;
};

} // namespace concertina
