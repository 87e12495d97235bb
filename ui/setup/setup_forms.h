// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"

#include <QScrollArea>

#include <map>
#include <string>
#include <vector>

class QToolButton;

namespace concertina {

class Card;
class DataFacts;
class DataSurveys;
class SpecDocument;
class SpecForm;
class TaskChips;

/// The column of forms: data and tasks, network, recipe. Shows the document and edits it.
class SetupForms : public QScrollArea {
    Q_OBJECT

public:
    SetupForms(const Catalogue& catalogue, SpecDocument& document, DataSurveys& surveys,
               QWidget* parent = nullptr);

    void setProblems(const std::map<std::string, QString>& problems);

    /// What is known of the dataset, beside the card's title.
    void setDatasetNote(const QString& note, const QString& shortNote);

    /// Names of the shared layers, for kernels of some of them.
    void setLayers(std::vector<std::string> layers) { m_layers = std::move(layers); }

    /// Goes to the field that a problem's path is about; false where it has none here.
    bool showField(const std::string& path);

    /// The path of the field that shows what is wrong at `path`: the same, or of the method
    /// that stands there; empty where there is none.
    std::string fieldFor(const std::string& path) const;

    SpecForm* dataForm() const { return m_data; }
    SpecForm* networkForm() const { return m_network; }
    SpecForm* recipeForm() const { return m_recipe; }
    TaskChips* chips() const { return m_chips; }
    DataFacts* dataFacts() const { return m_facts; }
    QToolButton* addSetButton() const { return m_addSet; }
    QToolButton* addKernelsButton() const { return m_addKernels; }

Q_SIGNALS:
    void folderWanted(const std::string& path);
    void noteOpened(const std::string& path);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();
    void useRoom();
    void addKernels();
    SpecForm* makeForm(Card* card, QWidget* above, QWidget* below);

    const Catalogue& m_catalogue;
    SpecDocument& m_document;
    std::vector<std::string> m_layers;
    Card* m_dataCard;
    TaskChips* m_chips;
    DataFacts* m_facts;
    QToolButton* m_addSet;
    QToolButton* m_addKernels;
    SpecForm* m_data;
    SpecForm* m_network;
    SpecForm* m_recipe;
};

} // namespace concertina
