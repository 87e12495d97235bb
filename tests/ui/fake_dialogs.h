// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/dialogs.h"
#include "ui/window/page_context.h"

#include <QString>
#include <QStringList>

#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace concertina::testing {

/// Answers in the order in which a test gave the answers; without one, as a person who changed
/// their mind.
class FakeDialogs : public Dialogs {
public:
    std::deque<QString> files; ///< for each of these questions, texts too
    std::deque<Closing> closings;
    std::function<void()> whileAsking;
    QStringList asked; ///< the titles; "close RUN"

    std::optional<QString> openFile(QWidget*, const QString& title, const QString&) override {
        return answer(title);
    }
    /// Several where the answer has lines.
    QStringList openFiles(QWidget*, const QString& title, const QString&) override {
        const auto file = answer(title);
        return file ? file->split(QLatin1Char('\n')) : QStringList();
    }
    std::optional<QString> openFolder(QWidget*, const QString& title) override {
        return answer(title);
    }
    std::optional<QString> saveFile(QWidget*, const QString& title, const QString&,
                                    const QString&) override {
        return answer(title);
    }
    std::optional<QString> askText(QWidget*, const QString& title, const QString&) override {
        return answer(title);
    }
    Closing askClosing(QWidget*, const QString& run) override {
        asked << QStringLiteral("close ") + run;
        if (whileAsking)
            whileAsking();
        if (closings.empty())
            return Closing::Cancel;
        const Closing closing = closings.front();
        closings.pop_front();
        return closing;
    }

private:
    std::optional<QString> answer(const QString& title) {
        asked << title;
        if (files.empty())
            return std::nullopt;
        QString file = files.front();
        files.pop_front();
        return file;
    }
};

/// Goes nowhere and keeps where it was asked to go.
class FakeNavigator : public Navigator {
public:
    std::vector<std::pair<ExperimentSpec, QString>> setUps;
    std::vector<RunId> monitored;
    std::vector<EditSharing> shared;
    std::vector<std::pair<RunId, std::optional<RunId>>> compared;
    int runsShown = 0;
    QStringList messages;
    std::vector<std::pair<QString, Problem>> problems;

    bool open(const PageRequest& request) override {
        if (const auto* edited = std::get_if<EditSpec>(&request))
            setUps.emplace_back(edited->spec, edited->origin);
        else if (const auto* shown = std::get_if<ShowRun>(&request))
            monitored.push_back(shown->run);
        else if (const auto* plan = std::get_if<EditSharing>(&request))
            shared.push_back(*plan);
        else if (const auto* both = std::get_if<CompareRuns>(&request))
            compared.emplace_back(both->run, both->other);
        else if (std::holds_alternative<ListRuns>(request))
            ++runsShown;
        return true;
    }
    void showMessage(const QString& text) override { messages << text; }
    void showProblem(const QString& what, const Problem& problem) override {
        problems.emplace_back(what, problem);
    }
};

} // namespace concertina::testing
