// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/frame.h"
#include "widgets/pictures/class_layer.h"
#include "widgets/pictures/picture_view.h"

#include <QString>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What a pane can show of one of the runs.
enum class Source { Image, Truth, Expanded, Collapsed };

struct SourceOfRun {
    Source source = Source::Image;
    std::size_t run = 0; ///< 0, or 1 for the other run

    auto operator<=>(const SourceOfRun&) const = default;
};

/// The frames of one or two runs as pictures of one task, made when they are first asked for.
/// All are drawn over one range; differences and errors up to one limit.
class ComparisonPictures {
public:
    using FramePtr = std::shared_ptr<const Frame>;

    /// `notes` are said after "Expanded" and "Collapsed" in captions, a pair a run.
    void setFrames(std::vector<FramePtr> frames, std::vector<std::array<QString, 2>> notes);
    void setTask(const std::string& task);
    void setStyle(const ClassStyle& style);
    const ClassStyle& style() const { return m_style; }

    bool empty() const { return m_frames.empty(); }
    std::size_t runs() const { return m_frames.size(); }
    const std::string& task() const { return m_task; }
    const TargetKind* kind() const;
    ValueRange range() const { return m_range; } ///< over truth and predictions of all runs
    QString name() const;                        ///< of the frame
    QSize size() const;                          ///< of the first run's image
    const std::vector<ClassInfo>& classes() const;
    bool hasTruth() const;

    /// Pixels of each class in the truth and in all predictions.
    std::vector<std::size_t> classCounts() const;

    PaneContent pane(SourceOfRun which);
    PaneContent difference(SourceOfRun left, SourceOfRun right);
    PaneContent error(SourceOfRun prediction); ///< against the same run's truth

    /// How far two maps are apart at most and in the mean; none where there is no such pair.
    struct Distance {
        double largest = 0;
        double mean = 0;
        double changed = 0; ///< share of the known pixels that are not equal
    };
    std::optional<Distance> distance(SourceOfRun left, SourceOfRun right);

    /// Up to where differences are drawn: as errors of the task, or up to the largest of this pair.
    void setStretched(bool stretched);
    bool isStretched() const { return m_stretched; }
    double limit(SourceOfRun left, SourceOfRun right);

    /// The depth at a place, in shares of width and height; none for other kinds or where it is
    /// not known.
    std::optional<double> depthAt(SourceOfRun which, QPointF share) const;

    QString caption(SourceOfRun which) const;
    QString valueText(double value) const; ///< of a difference or error, with its unit

private:
    using Pair = std::pair<SourceOfRun, SourceOfRun>;
    struct Differences {
        std::shared_ptr<const std::vector<float>> values; ///< null where there can be none
        Distance distance;
    };

    const FrameTask* taskOf(std::size_t run) const;
    const ValueMap* mapOf(SourceOfRun which) const;
    QString whyMissing(SourceOfRun which) const;
    const Differences& differences(const Pair& pair);
    PaneContent differencePane(const Pair& pair, const QString& caption, double limit);
    void forget();

    std::vector<FramePtr> m_frames;
    std::vector<std::array<QString, 2>> m_notes;
    std::string m_task;
    ClassStyle m_style;
    ValueRange m_range;
    bool m_stretched = false;
    std::map<SourceOfRun, Picture> m_pictures;
    std::map<SourceOfRun, ClassLayer> m_layers;
    std::map<Pair, Differences> m_differences;
    std::map<std::pair<Pair, double>, Picture> m_differencePictures;
};

/// The smallest of 1, 2 and 5 times a power of ten that is not below `value`.
double niceLimit(double value);

} // namespace concertina
