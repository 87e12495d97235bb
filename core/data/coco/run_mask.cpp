// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/run_mask.h"

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

std::uint32_t pixelsOf(int height, int width) {
    return static_cast<std::uint32_t>(height) * static_cast<std::uint32_t>(width);
}

Problem runsProblem(std::string found, int height, int width) {
    return {"mask.runs", "", std::move(found),
            "runs of " + std::to_string(pixelsOf(height, width)) + " pixels together, as "
                + std::to_string(width) + " × " + std::to_string(height) + " has",
            ""};
}

/// One number of a compressed text; none where it is cut off or too large.
class RunReader {
public:
    explicit RunReader(std::string_view text) : m_text(text) {}

    bool atEnd() const { return m_text.empty(); }

    bool next(std::int64_t& value) {
        constexpr int mostBits = 35; // of seven groups: 32 bits and a sign need no more
        value = 0;
        for (int shift = 0; shift < mostBits && !m_text.empty(); shift += 5) {
            const int code = static_cast<unsigned char>(m_text.front()) - '0';
            if (code < 0 || code > 63)
                return false;
            m_text.remove_prefix(1);
            value |= std::int64_t{code & 31} << shift;
            if ((code & 32) != 0)
                continue;
            if ((code & 16) != 0)
                value -= std::int64_t{1} << (shift + 5);
            return true;
        }
        return false;
    }

private:
    std::string_view m_text;
};

} // namespace

std::int64_t RunMask::area() const {
    std::int64_t sum = 0;
    for (std::size_t i = 1; i < runs.size(); i += 2)
        sum += runs[i];
    return sum;
}

void RunMask::forEachPiece(const std::function<void(int, int, int)>& write) const {
    std::int64_t at = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::int64_t end = at + runs[i];
        while (i % 2 == 1 && at < end) {
            const std::int64_t column = at / height;
            const std::int64_t stop = std::min(end, (column + 1) * height);
            write(static_cast<int>(column), static_cast<int>(at - column * height),
                  static_cast<int>(stop - 1 - column * height));
            at = stop;
        }
        at = end;
    }
}

Box RunMask::box() const {
    int left = width, right = -1, top = height, bottom = -1;
    forEachPiece([&](int x, int first, int last) {
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, first);
        bottom = std::max(bottom, last);
    });
    if (right < 0)
        return {};
    return {1.0 * left, 1.0 * top, 1.0 * (right - left + 1), 1.0 * (bottom - top + 1)};
}

RunMask maskOfChanges(int height, int width, std::vector<std::uint32_t> changes) {
    RunMask mask{height, width, {}};
    const std::uint32_t end = pixelsOf(height, width);
    std::ranges::sort(changes);
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < changes.size() && changes[i] < end; ++i) {
        if (i + 1 < changes.size() && changes[i] == changes[i + 1]) {
            ++i;
            continue;
        }
        mask.runs.push_back(changes[i] - before);
        before = changes[i];
    }
    mask.runs.push_back(end - before);
    return mask;
}

RunMask unionOf(std::span<const RunMask> masks) {
    if (masks.size() == 1)
        return masks.front();
    std::vector<std::pair<std::uint32_t, int>> ends; // and how many masks are set from there on
    for (const RunMask& mask : masks) {
        std::uint32_t at = 0;
        for (std::size_t i = 0; i < mask.runs.size(); ++i) {
            if (i % 2 == 1 && mask.runs[i] > 0) {
                ends.emplace_back(at, 1);
                ends.emplace_back(at + mask.runs[i], -1);
            }
            at += mask.runs[i];
        }
    }
    std::ranges::sort(ends, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second; // one joins the other
    });
    std::vector<std::uint32_t> changes;
    int set = 0;
    for (const auto& [at, step] : ends) {
        const bool wasSet = set > 0;
        set += step;
        if ((set > 0) != wasSet)
            changes.push_back(at);
    }
    return masks.empty() ? RunMask{}
                         : maskOfChanges(masks[0].height, masks[0].width, std::move(changes));
}

Expected<RunMask> maskOfRuns(int height, int width, std::span<const std::int64_t> runs) {
    RunMask mask{height, width, {}};
    const std::int64_t pixels = pixelsOf(height, width);
    std::int64_t sum = 0;
    for (const std::int64_t run : runs) {
        if (run < 0)
            return failure(runsProblem("a run of " + std::to_string(run), height, width));
        if (run > pixels - sum)
            return failure(runsProblem("runs of more pixels", height, width));
        sum += run;
        mask.runs.push_back(static_cast<std::uint32_t>(run));
    }
    if (sum != pixels)
        return failure(runsProblem("runs of " + std::to_string(sum) + " pixels", height, width));
    return mask;
}

Expected<RunMask> maskOfText(int height, int width, std::string_view text) {
    std::vector<std::int64_t> runs;
    RunReader reader(text);
    while (!reader.atEnd()) {
        std::int64_t value = 0;
        if (!reader.next(value))
            return failure({"mask.text", "", "a text that breaks off, or that is none of runs",
                            "runs in COCO's compressed form", ""});
        const std::size_t count = runs.size();
        runs.push_back(count > 2 ? value + runs[count - 2] : value);
        if (runs.back() < 0 || runs.back() > pixelsOf(height, width))
            break; // `maskOfRuns` says so
    }
    return maskOfRuns(height, width, runs);
}

std::string compressedText(const RunMask& mask) {
    std::string text;
    for (std::size_t i = 0; i < mask.runs.size(); ++i) {
        std::int64_t rest = mask.runs[i];
        if (i > 2)
            rest -= mask.runs[i - 2];
        for (bool more = true; more;) {
            const auto group = static_cast<int>(rest & 31);
            rest >>= 5;
            // The sign is that of the last group's fifth bit.
            more = (group & 16) != 0 ? rest != -1 : rest != 0;
            text += static_cast<char>('0' + group + (more ? 32 : 0));
        }
    }
    return text;
}

} // namespace concertina
