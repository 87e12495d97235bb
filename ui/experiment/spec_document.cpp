// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/spec_document.h"

#include "core/model/spec_paths.h"
#include "core/values/presets.h"
#include "widgets/qt_text.h"
#include "widgets/save_file.h"

#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QUndoCommand>

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds keepAfter{300};
constexpr qint64 largestFile = 10'000'000; ///< as readSpecText

QString draftKey() {
    return QStringLiteral("setup/draft");
}

Json draftJson(const SetupValue& value, const QString& origin, bool changed) {
    Json refused = Json::object();
    for (const auto& [path, text] : value.refused)
        refused[path] = text.text;
    return {{"spec", toJson(value.spec)},
            {"seeds", value.seeds},
            {"refused", std::move(refused)},
            {"origin", origin.toStdString()},
            {"changed", changed}};
}

/// A spec whose dataset needs files and names none (a preset knows none) on the data that are there
/// already, whichever dataset of files that is.
ExperimentSpec onTheDataOf(const ExperimentSpec& before, ExperimentSpec spec,
                           const Catalogue& catalogue) {
    const auto names = [&](const MethodChoice& dataset, const FieldInfo* place) {
        return dataset.options.value(place->path, place->defaultValue) != place->defaultValue;
    };
    const MethodChoice& old = before.data.dataset;
    MethodChoice& dataset = spec.data.dataset;
    const FieldInfo* place = placeOption(catalogue, dataset);
    const FieldInfo* there = placeOption(catalogue, old);
    if (place == nullptr || there == nullptr || names(dataset, place) || !names(old, there))
        return spec;
    if (old.id == dataset.id)
        dataset.options[place->path] = old.options[there->path];
    else
        dataset = old;
    return spec;
}

} // namespace

/// From one value to another; typing into one field is one step. There may be thousands of them:
/// of one that changes the rules of sharing alone it keeps what differs in these.
class SpecDocument::Step : public QUndoCommand {
public:
    Step(SpecDocument& document, const QString& text, SetupValue value, QString origin,
         std::string series)
        : QUndoCommand(text),
          m_document(document),
          m_originBefore(document.m_origin),
          m_originAfter(std::move(origin)),
          m_series(std::move(series)) {
        if (m_series.empty() && changesRulesAlone(document.m_value, value)) {
            m_rules = RuleChange(document.m_value.spec.network.sharing, value.spec.network.sharing);
            return;
        }
        m_before = document.m_value;
        m_after = std::move(value);
    }

    void undo() override {
        m_document.set(m_rules ? withRules(*m_rules, true) : *m_before, m_originBefore);
    }
    void redo() override {
        m_document.set(m_rules ? withRules(*m_rules, false) : *m_after, m_originAfter);
    }

    int id() const override { return m_series.empty() ? -1 : 1; }

    bool mergeWith(const QUndoCommand* other) override {
        const auto* later = static_cast<const Step*>(other);
        if (later->m_series != m_series)
            return false;
        m_after = later->m_after;
        setText(later->text());
        setObsolete(m_after == m_before && m_originAfter == m_originBefore);
        return true;
    }

private:
    using Rules = std::vector<std::string>;

    /// What stands between the rules that both lists begin and end with.
    struct RuleChange {
        RuleChange(const Rules& from, const Rules& to) {
            const auto [one, other] = std::ranges::mismatch(from, to);
            first = static_cast<std::size_t>(one - from.begin());
            std::size_t behind = 0;
            while (first + behind < std::min(from.size(), to.size())
                   && from[from.size() - 1 - behind] == to[to.size() - 1 - behind])
                ++behind;
            before.assign(one, from.end() - static_cast<std::ptrdiff_t>(behind));
            after.assign(other, to.end() - static_cast<std::ptrdiff_t>(behind));
        }
        std::size_t first = 0;
        Rules before, after;
    };

    static bool changesRulesAlone(const SetupValue& from, const SetupValue& to) {
        SetupValue same = from;
        same.spec.network.sharing = to.spec.network.sharing;
        return same == to;
    }

    SetupValue withRules(const RuleChange& change, bool back) const {
        SetupValue value = m_document.m_value;
        Rules& rules = value.spec.network.sharing;
        const Rules& out = back ? change.after : change.before;
        const Rules& in = back ? change.before : change.after;
        const auto at = rules.begin() + static_cast<std::ptrdiff_t>(change.first);
        const auto place = rules.erase(at, at + static_cast<std::ptrdiff_t>(out.size()));
        rules.insert(place, in.begin(), in.end());
        return value;
    }

    SpecDocument& m_document;
    std::optional<RuleChange> m_rules;
    std::optional<SetupValue> m_before, m_after; ///< where it is more than rules
    QString m_originBefore;
    QString m_originAfter;
    std::string m_series;
};

SpecDocument::SpecDocument(const Catalogue& catalogue, QSettings& settings, QObject* parent)
    : QObject(parent), m_catalogue(catalogue), m_settings(settings) {
    m_keep.setSingleShot(true);
    m_keep.setInterval(keepAfter);
    connect(&m_keep, &QTimer::timeout, this, &SpecDocument::keepDraft);
    connect(&m_history, &QUndoStack::cleanChanged, this, [this] {
        m_keep.start();
        Q_EMIT changed();
    });
    restore();
}

SpecDocument::~SpecDocument() {
    m_history.disconnect(this);
    if (m_keep.isActive())
        keepDraft();
}

void SpecDocument::restore() {
    const auto draft = readJson(m_settings.value(draftKey()).toString().toStdString());
    if (draft && draft->is_object() && draft->contains("spec")) {
        SpecReading reading = readSpec((*draft)["spec"]);
        if (reading.problems.empty()) {
            m_value = setupOf(std::move(reading.spec));
            if (const Json seeds = draft->value("seeds", Json()); seeds.is_array())
                m_value = withJson(std::move(m_value), m_catalogue, "seed", seeds);
            const Json refused = draft->value("refused", Json::object());
            for (const auto& item : refused.items())
                if (item.value().is_string())
                    m_value = withText(std::move(m_value), m_catalogue, item.key(),
                                       item.value().get<std::string>());
            if (const Json origin = draft->value("origin", Json()); origin.is_string())
                m_origin = toQt(origin.get<std::string>());
            if (draft->value("changed", Json()) == Json(true))
                m_history.resetClean();
            return;
        }
    }
    if (presets().empty())
        return;
    const EmbeddedText& first = presets().front();
    m_value = setupOf(readSpecText(first.text).spec);
    m_origin =
        tr("preset %1")
            .arg(QString::fromUtf8(first.name.data(), static_cast<qsizetype>(first.name.size())));
}

void SpecDocument::keepDraft() {
    m_keep.stop();
    m_settings.setValue(draftKey(), toQt(jsonText(draftJson(m_value, m_origin, isChanged()))));
}

void SpecDocument::set(const SetupValue& value, const QString& origin) {
    m_value = value;
    m_origin = origin;
    m_keep.start();
    Q_EMIT changed();
}

void SpecDocument::apply(const QString& step, SetupValue value, const std::string& series) {
    if (value == m_value)
        return;
    m_history.push(new Step(*this, step, std::move(value), m_origin, series));
}

void SpecDocument::setText(const std::string& path, const std::string& text) {
    const auto place = placeAt(m_value, m_catalogue, path);
    if (!place)
        return;
    const std::string series = path + "#" + std::to_string(m_series);
    if (m_edit.series != series || m_edit.left != m_value)
        m_edit = {series, place->value, {}};
    SetupValue next = withText(m_value, m_catalogue, path, text);
    if (next.refused.contains(path))
        next =
            withText(withJson(m_value, m_catalogue, path, m_edit.before), m_catalogue, path, text);
    m_edit.left = next;
    apply(tr("%1: %2").arg(toQt(place->field.label), toQt(text)), std::move(next), series);
}

void SpecDocument::setJson(const std::string& path, const Json& value) {
    const auto place = placeAt(m_value, m_catalogue, path);
    if (!place)
        return;
    apply(tr("%1: %2").arg(toQt(place->field.label), toQt(valueText(value))),
          withJson(m_value, m_catalogue, path, value), path + "#" + std::to_string(m_series));
}

void SpecDocument::load(const ExperimentSpec& spec, const QString& origin) {
    endStep();
    SetupValue value = setupOf(onTheDataOf(m_value.spec, spec, m_catalogue));
    const bool isAsLoaded = value.spec == spec;
    if (value != m_value || origin != m_origin)
        m_history.push(new Step(*this, tr("Load %1").arg(origin), std::move(value), origin, {}));
    if (isAsLoaded)
        m_history.setClean();
}

Problems SpecDocument::open(const QString& file) {
    const auto refused = [&](const QString& found, const char* hint) {
        return Problems{{"spec.file", file.toStdString(), found.toStdString(),
                         "an experiment's JSON file", hint}};
    };
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly))
        return refused(source.errorString(), "");
    if (source.size() > largestFile)
        return refused(tr("a file of %1 bytes").arg(source.size()),
                       "is this another kind of file?");
    const QByteArray text = source.read(largestFile);
    if (source.error() != QFileDevice::NoError)
        return refused(source.errorString(), "");
    SpecReading reading = readSpecText({text.constData(), static_cast<std::size_t>(text.size())});
    if (reading.problems.empty())
        load(withAbsoluteFolders(reading.spec, m_catalogue,
                                 QFileInfo(file).absolutePath().toStdString()),
             QFileInfo(file).fileName());
    return std::move(reading.problems);
}

std::optional<Problem> SpecDocument::save(const QString& file) {
    if (!m_value.refused.empty())
        return m_value.refused.begin()->second.problem;
    // Another program reads them from another place.
    const ExperimentSpec placed = withAbsoluteFolders(m_value.spec, m_catalogue);
    const std::string text = jsonText(toJson(placed), 2) + "\n";
    if (const auto saved = saveFile(file, QByteArray::fromStdString(text)); !saved)
        return saved.error();
    m_origin = QFileInfo(file).fileName();
    m_history.setClean();
    m_keep.start();
    Q_EMIT changed();
    return std::nullopt;
}

} // namespace concertina
