// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_news.h"

#include "core/values/text.h"

#include <algorithm>
#include <span>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t mostNames = 5;

NoticeEvent sentenceOf(DataNews::Kind kind, const std::vector<std::string>& names,
                       std::size_t count) {
    if (kind == DataNews::Kind::Turned)
        return {.level = NoticeLevel::Warning,
                .code = "dataset.turned",
                .text = "The camera's note (EXIF) turns the picture of " + counted(count, "sample")
                        + " with targets: " + someOf(names, count)
                        + ". Targets are read as they are stored, and turned only where their size "
                          "demands it; look whether they lie on the picture."};
    return {.level = NoticeLevel::Warning,
            .code = "resume.dataset",
            .text = "The dataset has changed since the run read it: other contents in "
                    + counted(count, "file") + ": " + someOf(names, count) + "."};
}

} // namespace

void DataNews::add(Kind kind, const std::string& name) {
    const std::lock_guard lock(m_mutex);
    Summary& summary = m_summaries[static_cast<std::size_t>(kind)];
    if (!summary.known.insert(name).second)
        return;
    if (summary.fresh.size() < mostNames)
        summary.fresh.push_back(name);
    ++summary.unreported;
}

void DataNews::add(NoticeEvent sentence) {
    const std::lock_guard lock(m_mutex);
    m_sentences.push_back(std::move(sentence));
}

std::vector<NoticeEvent> DataNews::take(bool all) {
    const std::lock_guard lock(m_mutex);
    std::vector<NoticeEvent> news = std::exchange(m_sentences, {});
    for (const Kind kind : {Kind::Turned, Kind::Changed}) {
        Summary& summary = m_summaries[static_cast<std::size_t>(kind)];
        if (summary.unreported == 0 || (!all && summary.unreported < summary.reported))
            continue;
        news.push_back(sentenceOf(kind, summary.fresh, summary.unreported));
        summary.reported += std::exchange(summary.unreported, 0);
        summary.fresh.clear();
    }
    if (!m_set.empty())
        for (NoticeEvent& sentence : news)
            sentence.text.insert(0, m_set + ": ");
    return news;
}

std::string counted(std::size_t count, const std::string& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string someOf(const std::vector<std::string>& names, std::size_t count) {
    const std::size_t shown = std::min(names.size(), mostNames);
    return join(std::span(names).first(shown), ", ")
           + (count > shown ? " and " + std::to_string(count - shown) + " more" : "");
}

} // namespace concertina
