// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_facts.h"

#include "ui/runs/run_text.h"

namespace concertina {

namespace {

constexpr int mostAtOnce = 300; // a tenth of a second

/// What facts are made of: to read a whole spec takes longer than all else.
Json partOf(const Json& spec) {
    Json part = Json::object();
    for (const char* key : {"format", "version", "train", "data"})
        if (spec.is_object() && spec.contains(key))
            part[key] = spec[key];
    return part;
}

RunFacts factsOf(const RunRecord& record) {
    const ExperimentSpec spec = readSpec(partOf(record.spec)).spec;
    std::string data;
    for (const DataSetSpec& set : spec.data.sets())
        data += (data.empty() ? "" : "\n") + set.dataset.id + "\n" + folderOf(set.dataset);
    return {cutOf(record.summary, spec.train), std::move(data)};
}

} // namespace

std::string folderOf(const MethodChoice& dataset) {
    const Json folder =
        dataset.options.is_object() ? dataset.options.value("path", Json()) : Json();
    return folder.is_string() ? folder.get<std::string>() : std::string();
}

void RunFactsReader::begin() {
    m_left = mostAtOnce;
    m_isWhole = true;
}

RunFacts RunFactsReader::of(const Store& store, const RunSummary& run) {
    const auto known = m_known.find(run.id);
    // A run that goes on may be given another end.
    if (known != m_known.end() && known->second.ended == run.ended)
        return known->second.facts;
    if (m_left == 0) {
        m_isWhole = false;
        return {};
    }
    --m_left;
    const auto record = store.run(run.id);
    if (!record)
        return {};
    RunFacts facts = factsOf(*record);
    m_known.insert_or_assign(run.id, Known{record->summary.ended, facts});
    return facts;
}

} // namespace concertina
