// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

namespace concertina {

// What can be asked of the window, by what is wanted and not by the page that does it: pages don't
// know each other, and each request is understood by one of them.

/// A spec to be edited. `origin` says where it is from: "copy of rooms-demo".
struct EditSpec {
    ExperimentSpec spec;
    QString origin;
};

/// A spec's file; who opens it says what is wrong with it.
struct OpenSpec {
    QString file;
};

/// A folder or a file as the dataset that it is recognized as.
struct UseDataset {
    QString place;
};

/// How tasks share the network: of the experiment that is being set up, or of a run.
struct EditSharing {
    RunId run = {};      ///< empty: the experiment
    int suggestFrom = 0; ///< stages splits that so many measurements of conflict suggest; 0: none
};

/// A run as it goes.
struct ShowRun {
    RunId run;
};

/// What a run's networks predict, or two runs'.
struct CompareRuns {
    RunId run;
    std::optional<RunId> other = {};
};

/// Pictures, predicted by the run that is shown or is chosen next.
struct OpenPictures {
    QStringList files;
};

/// All runs.
struct ListRuns {};

using PageRequest = std::variant<EditSpec, OpenSpec, UseDataset, EditSharing, ShowRun, CompareRuns,
                                 OpenPictures, ListRuns>;

} // namespace concertina
