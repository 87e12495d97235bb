// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/experiment_draft.h"
#include "ui/setup/mends.h"
#include "ui/window/page.h"
#include "ui/window/page_context.h"

class QMenu;

namespace concertina {

class CostsCard;
class GuessPanel;
class LayersPanel;
class DataSurveys;
class ProblemsPanel;
class SampleBrowser;
class SamplesCard;
class SetupForms;
class SharingCard;
class WeightsPanel;

/// Where an experiment is made ready: what it is of, what it costs, what is wrong with it, and its
/// start. Nothing is lost: the setup is kept from session to session, with every step named.
class SetupPage : public Page {
    Q_OBJECT

public:
    explicit SetupPage(PageContext context, QWidget* parent = nullptr);
    ~SetupPage() override;

    PageHeader header() const override;
    QList<QAction*> barActions() const override;
    bool open(const PageRequest& request) override;

    SpecDocument& document() { return m_draft.document(); }

    /// What keeps the setup from its start, as far as it is known.
    Problems problems() const;

    /// Whether a change has not been looked at yet.
    bool isBusy() const { return m_draft.isBusy(); }

    /// The window beside this one with the samples of the dataset; made when it is first asked for.
    SampleBrowser& browser();

    /// Takes a folder or a file as the data. Problems: those of `recognizeData`.
    Expected<void> useData(const QString& place);

public Q_SLOTS:
    void load(const concertina::ExperimentSpec& spec, const QString& origin);

    /// Reads a spec file, or says why not.
    void openFile(const QString& file);

    void browseSamples();
    void start();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeActions();
    void makeLayout();
    void fillPresets(QMenu& menu);
    void askFileToOpen();
    void askFileToSave();

    void refresh();
    void showFacts();
    void showProblems();
    void showCosts();
    void openLayers();
    void fillLayers();
    void showWeights();
    std::optional<int> assumedClasses() const;
    Problems problemsOfSet(std::size_t set) const;
    void showStart();
    void showData();
    void showSamples();
    QString datasetNote(bool names) const;
    QString noteOfSet(std::size_t set, bool names) const;
    QString noSamplesText(std::size_t set) const;
    /// Of the set whose facts and samples are looked at, which is its only one.
    ExperimentSpec shownSpec() const;
    void showField(const Problem& problem);
    void mend(const Problem& problem);
    std::optional<FieldInfo> placeField(const std::string& path) const;
    void askPlace(const std::string& path);
    void openData(const QString& place);
    void refuseData(const QString& place, const Problem& problem);

    PageContext m_context;
    ExperimentDraft& m_draft;
    SpecDocument& m_document;
    std::size_t m_shownSet = 0;
    DataSurveys* m_surveys;
    SampleBrowser* m_browser = nullptr;
    SetupForms* m_forms;
    SamplesCard* m_samples;
    SharingCard* m_sharing;
    CostsCard* m_costs;
    ProblemsPanel* m_problems;
    LayersPanel* m_layers;
    WeightsPanel* m_weights;
    GuessPanel* m_guess;
    QAction* m_undo;
    QAction* m_redo;
    QAction* m_presets;
    QAction* m_open;
    QAction* m_save;
    QAction* m_start;
};

} // namespace concertina
