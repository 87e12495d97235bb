// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/predictions.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace concertina {

/// Predicts every task for pictures from anywhere. For each picture NAME writes NAME.TASK.png, as
/// the task draws it (pictures of one name get a number, frames of videos theirs), for depth
/// NAME.TASK-mm.png, millimetres in 16 bits, and for classes NAME.TASK-index.png, their indices in
/// 8 bits (in 16 where there are more than 256), as a folder's labels are. Problems of
/// `loadCheckpoint` or `openNetwork`, of writing, and "predict.input" where one of the pictures
/// would be written over; those of reading where no picture can be read, else the others are
/// predicted for.
Expected<Predictions> predict(const PredictRequest& request, const Progress& progress,
                              const std::stop_token& stop);

struct SheetRequest {
    std::filesystem::path checkpoint;
    ExperimentSpec spec; ///< of the run, with the dataset's place; frames of its validation split
    int frames = 4;
    std::filesystem::path file; ///< a PNG
};

/// Draws a sheet of predictions: a row a frame; the image, and for each task truth, expanded and
/// collapsed. Below stands whose the weights are, in training and collapsed.
Expected<PredictReport> drawSheet(const SheetRequest& request, const Progress& progress,
                                  const std::stop_token& stop);

} // namespace concertina
