// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparison_pictures.h"

#include "widgets/pictures/object_layer.h"
#include "widgets/pictures/value_rows.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace concertina {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ComparisonPictures", text);
}

QString sourceName(Source source) {
    switch (source) {
    case Source::Image: return tr("Image");
    case Source::Truth: return tr("Truth");
    case Source::Expanded: return tr("Expanded");
    case Source::Collapsed: return tr("Collapsed");
    }
    return {};
}

QString colorText(const QImage& image, QPoint at) {
    const QRgb pixel = image.pixel(at);
    return QStringLiteral("%1 %2 %3").arg(qRed(pixel)).arg(qGreen(pixel)).arg(qBlue(pixel));
}

/// Whether it is a truth of objects that says nothing, not even that there are none: drawn over the
/// picture it would look like a picture without any.
bool isUnlabelled(const ValueMap& truth, SourceOfRun which) {
    return which.source == Source::Truth && truth.kind->form() == ValueForm::Objects
           && !truth.isKnown(0, 0);
}

} // namespace

double niceLimit(double value) {
    if (!(value > 0) || !std::isfinite(value))
        return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (value <= factor * power * (1 + 1e-12))
            return factor * power;
    return 10 * power;
}

void ComparisonPictures::setFrames(std::vector<FramePtr> frames,
                                   std::vector<std::array<QString, 2>> notes) {
    m_frames = std::move(frames);
    m_notes = std::move(notes);
    forget();
}

void ComparisonPictures::setTask(const std::string& task) {
    if (task == m_task)
        return;
    m_task = task;
    forget();
}

void ComparisonPictures::forget() {
    m_pictures.clear();
    m_layers.clear();
    m_differences.clear();
    m_differencePictures.clear();
    m_range = {};
    bool any = false;
    for (std::size_t run = 0; run < m_frames.size(); ++run)
        for (const Source source : {Source::Truth, Source::Expanded, Source::Collapsed}) {
            const ValueMap* map = mapOf({source, run});
            if (map == nullptr || map->kind->form() != ValueForm::Scale)
                continue;
            const ValueRange range = rangeOf(*map);
            m_range = std::exchange(any, true) ? joined(m_range, range) : range;
        }
}

void ComparisonPictures::setStyle(const ClassStyle& style) {
    if (style == m_style)
        return;
    m_style = style;
    if (kind()->isOfClasses())
        std::erase_if(m_pictures, [](const auto& entry) { return entry.first.source != Source::Image; });
    if (kind()->form() == ValueForm::Objects)
        m_differencePictures.clear();
}

void ComparisonPictures::setStretched(bool stretched) {
    m_stretched = stretched;
}

const FrameTask* ComparisonPictures::taskOf(std::size_t run) const {
    if (run >= m_frames.size())
        return nullptr;
    for (const FrameTask& task : m_frames[run]->tasks)
        if (task.task == m_task)
            return &task;
    return nullptr;
}

const ValueMap* ComparisonPictures::mapOf(SourceOfRun which) const {
    const FrameTask* task = taskOf(which.run);
    if (task == nullptr)
        return nullptr;
    const ValueMap* map = nullptr;
    switch (which.source) {
    case Source::Image: break;
    case Source::Truth: map = &task->truth; break;
    case Source::Expanded: map = &task->expanded; break;
    case Source::Collapsed: map = &task->collapsed; break;
    }
    return map == nullptr || map->empty() ? nullptr : map;
}

const TargetKind* ComparisonPictures::kind() const {
    for (std::size_t run = 0; run < m_frames.size(); ++run)
        if (const FrameTask* task = taskOf(run))
            return task->kind;
    return &classesTarget();
}

QString ComparisonPictures::name() const {
    return m_frames.empty() ? QString() : toQt(m_frames.front()->name);
}

QSize ComparisonPictures::size() const {
    return m_frames.empty() ? QSize()
                            : QSize(m_frames.front()->image.width, m_frames.front()->image.height);
}

const std::vector<ClassInfo>& ComparisonPictures::classes() const {
    static const std::vector<ClassInfo> none;
    for (std::size_t run = 0; run < m_frames.size(); ++run)
        if (const FrameTask* task = taskOf(run))
            return task->classes;
    return none;
}

bool ComparisonPictures::hasTruth() const {
    return mapOf({Source::Truth, 0}) != nullptr;
}

std::vector<std::size_t> ComparisonPictures::classCounts() const {
    std::vector<std::size_t> sums(classes().size());
    for (std::size_t run = 0; run < m_frames.size(); ++run)
        for (const Source source : {Source::Truth, Source::Expanded, Source::Collapsed}) {
            const ValueMap* map = mapOf({source, run});
            if (map == nullptr || !map->kind->isOfClasses())
                continue;
            const auto counts = concertina::classCounts(*map, sums.size());
            for (std::size_t i = 0; i < sums.size(); ++i)
                sums[i] += counts[i];
        }
    return sums;
}

std::optional<double> ComparisonPictures::depthAt(SourceOfRun which, QPointF share) const {
    const ValueMap* map = mapOf(which);
    if (map == nullptr || map->kind->form() != ValueForm::Scale)
        return std::nullopt;
    const int x = std::clamp(static_cast<int>(share.x() * map->width), 0, map->width - 1);
    const int y = std::clamp(static_cast<int>(share.y() * map->height), 0, map->height - 1);
    if (!map->isKnown(y, x))
        return std::nullopt;
    return static_cast<double>(map->at(y, x));
}

QString ComparisonPictures::caption(SourceOfRun which) const {
    QString text = sourceName(which.source);
    if (which.run < m_notes.size()) {
        const auto& notes = m_notes[which.run];
        const QString note = which.source == Source::Expanded    ? notes[0]
                             : which.source == Source::Collapsed ? notes[1]
                                                                 : QString();
        if (!note.isEmpty())
            text += QStringLiteral(" · ") + note;
    }
    return text;
}

QString ComparisonPictures::whyMissing(SourceOfRun which) const {
    if (taskOf(which.run) == nullptr)
        return tr("This run was not trained for this task.");
    return which.source == Source::Truth ? tr("There is no truth for this picture.")
                                         : tr("There is no prediction.");
}

PaneContent ComparisonPictures::pane(SourceOfRun which) {
    PaneContent content{.caption = caption(which)};
    if (which.run >= m_frames.size())
        return content;
    const FramePtr& frame = m_frames[which.run];
    const auto known = m_pictures.find(which);
    if (which.source == Source::Image) {
        content.picture = known != m_pictures.end() ? known->second : Picture(toQImage(frame->image));
        content.valueAt = [image = content.picture.image()](QPoint at) {
            return colorText(image, at);
        };
    } else if (const ValueMap* map = mapOf(which); map == nullptr || isUnlabelled(*map, which)) {
        content.message = whyMissing(which);
        return content;
    } else {
        const FrameTask* task = taskOf(which.run);
        if (known != m_pictures.end()) {
            content.picture = known->second;
        } else if (map->kind->form() == ValueForm::Areas) {
            auto layer = m_layers.find(which);
            if (layer == m_layers.end())
                layer = m_layers
                            .emplace(which, ClassLayer(*map, task->classes, toQImage(frame->image)))
                            .first;
            content.picture = Picture(layer->second.draw(m_style));
        } else if (map->kind->form() == ValueForm::Objects) {
            const ValueMap* truth = mapOf({Source::Truth, which.run});
            const bool isLaidBeside = truth != nullptr && which.source != Source::Truth;
            content.picture = Picture(drawObjects(
                isLaidBeside ? drawnObjects(*map, *truth, task->classes, m_style.leastScore)
                             : drawnObjects(*map, m_style.leastScore),
                task->classes, toQImage(frame->image), m_style));
        } else {
            content.picture =
                Picture(drawValues(*map, task->classes, m_range, toQImage(frame->image)));
        }
        // The frame is held as long as a caller asks for it.
        content.valueAt = [frame, map, task](QPoint at) {
            const bool whole = !map->kind->isPlane();
            return toQt(
                concertina::valueText(*map, whole ? 0 : at.y(), whole ? 0 : at.x(), task->classes));
        };
        if (map->kind->form() == ValueForm::Objects)
            content.valueAt = [frame, map, task, size = content.picture.size(),
                               least = m_style.leastScore](QPoint at) {
                return objectTextAt(
                    *map, task->classes, least,
                    {(at.x() + 0.5) / size.width(), (at.y() + 0.5) / size.height()});
            };
        if (map->kind->form() == ValueForm::Areas)
            content.regionAt = [frame, map](QPoint at) {
                return map->isKnown(at.y(), at.x()) ? static_cast<int>(map->at(at.y(), at.x())) : -1;
            };
    }
    m_pictures.insert_or_assign(which, content.picture);
    return content;
}

const ComparisonPictures::Differences& ComparisonPictures::differences(const Pair& pair) {
    const auto known = m_differences.find(pair);
    if (known != m_differences.end())
        return known->second;
    Differences result;
    const ValueMap* left = mapOf(pair.first);
    const ValueMap* right = mapOf(pair.second);
    if (left != nullptr && right != nullptr && left->kind == right->kind
        && left->height == right->height && left->width == right->width) {
        auto values = std::make_shared<std::vector<float>>(errors(*left, *right, classes()));
        double sum = 0, count = 0, changed = 0, largest = 0;
        for (const float value : *values) {
            if (std::isnan(value))
                continue;
            sum += static_cast<double>(value);
            largest = std::max(largest, static_cast<double>(value));
            changed += value > 0 ? 1 : 0;
            ++count;
        }
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        result.distance = count > 0 ? Distance{largest, sum / count, changed / count}
                                    : Distance{none, none, none}; // not "all are equal"
        result.values = std::move(values);
    }
    return m_differences.emplace(pair, std::move(result)).first->second;
}

std::optional<ComparisonPictures::Distance> ComparisonPictures::distance(SourceOfRun left,
                                                                         SourceOfRun right) {
    const Differences& both = differences({left, right});
    return both.values ? std::optional(both.distance) : std::nullopt;
}

double ComparisonPictures::limit(SourceOfRun left, SourceOfRun right) {
    const Differences& both = differences({left, right});
    const bool stretch = m_stretched && kind()->form() != ValueForm::Areas && both.values
                         && both.distance.largest > 0 && std::isfinite(both.distance.largest);
    return stretch ? niceLimit(both.distance.largest) : kind()->errorLimit();
}

PaneContent ComparisonPictures::difference(SourceOfRun left, SourceOfRun right) {
    PaneContent content = differencePane({left, right}, tr("Difference"), limit(left, right));
    if (content.picture.isNull()) {
        if (left.source == Source::Image || right.source == Source::Image)
            content.message = tr("A difference needs two maps: choose truth or predictions.");
        else if (mapOf(left) == nullptr || mapOf(right) == nullptr)
            content.message = whyMissing(mapOf(left) == nullptr ? left : right);
        else
            content.message = tr("The two runs predict at different sizes.");
        return content;
    }
    const Distance away = differences({left, right}).distance;
    if (kind()->form() == ValueForm::Objects)
        content.caption +=
            QStringLiteral(" · ")
            + (away.largest == 0 ? tr("none, both have the same objects")
                                 : tr("dashed: only %1, dotted: only %2")
                                       .arg(caption(left).toLower(), caption(right).toLower()));
    if (!kind()->isPlane())
        return content; // its rows say how far
    if (away.largest == 0)
        content.caption += QStringLiteral(" · ") + tr("none, every pixel is equal");
    else if (kind()->form() == ValueForm::Areas)
        content.caption += QStringLiteral(" · ") + tr("%1 of the pixels").arg(valueText(away.mean));
    else
        content.caption += QStringLiteral(" · ")
                           + tr("mean %1, largest %2")
                                 .arg(valueText(away.mean), valueText(away.largest));
    return content;
}

PaneContent ComparisonPictures::error(SourceOfRun prediction) {
    const SourceOfRun truth{Source::Truth, prediction.run};
    const double most = kind()->errorLimit();
    PaneContent content =
        differencePane({prediction, truth}, tr("Error of %1").arg(caption(prediction).toLower()),
                       most);
    if (content.picture.isNull())
        content.message = whyMissing(mapOf(truth) == nullptr ? truth : prediction);
    else
        content.caption = (kind()->isPlane() ? tr("Error · mean %1") : tr("Error · %1"))
                              .arg(valueText(differences({prediction, truth}).distance.mean));
    return content;
}

PaneContent ComparisonPictures::differencePane(const Pair& pair, const QString& caption,
                                               double most) {
    PaneContent content{.caption = caption};
    const Differences& both = differences(pair);
    if (!both.values)
        return content;
    const ValueMap* map = mapOf(pair.first);
    const auto known = m_differencePictures.find({pair, most});
    if (known != m_differencePictures.end())
        content.picture = known->second;
    else if (map->kind->isPlane())
        content.picture =
            Picture(toQImage(drawErrors(*both.values, map->height, map->width, most)));
    else if (map->kind->form() == ValueForm::Objects)
        content.picture = Picture(
            drawObjects(drawnObjects(*map, *mapOf(pair.second), classes(), m_style.leastScore),
                        classes(), toQImage(m_frames[pair.first.run]->image), m_style));
    else
        content.picture = Picture(
            drawRows(differenceRows(*map, *mapOf(pair.second), classes()), largeBeside(size())));
    m_differencePictures.insert_or_assign({pair, most}, content.picture);
    if (!map->kind->isPlane())
        return content;
    content.valueAt = [values = both.values, width = map->width, kind = map->kind](QPoint at) {
        const auto value = static_cast<double>(
            (*values)[static_cast<std::size_t>(at.y()) * static_cast<std::size_t>(width)
                      + static_cast<std::size_t>(at.x())]);
        if (std::isnan(value))
            return QStringLiteral("–");
        if (kind->form() == ValueForm::Areas)
            return value > 0 ? tr("differs") : tr("equal");
        return toQt(kind->errorText(value));
    };
    return content;
}

QString ComparisonPictures::valueText(double value) const {
    return toQt(kind()->errorText(value));
}

} // namespace concertina
