// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/initial_source.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace concertina {

namespace {

constexpr std::string_view sumMark = "sha256:";
constexpr std::size_t sumDigits = 64;
/// Of this program's files, and of what torch.save and torch.jit.save write.
constexpr std::array<std::string_view, 6> fileEndings{".safetensors", ".pt",   ".pth",
                                                      ".bin",         ".ckpt", ".tar"};

Unexpected refused(std::string_view text, std::string hint) {
    return failure(
        {"initial.syntax", "network.initial", "\"" + shortened(text, 120) + "\"",
         "a run, as in \"rooms\" or \"k7f3m2qd@1000\", or a file (*.safetensors, *.pt, *.pth)",
         std::move(hint), Fix{"network.initial", ""}});
}

bool isFilePath(std::string_view place) {
    return place.find('/') != std::string_view::npos || place.starts_with('~')
           || std::ranges::any_of(
               fileEndings, [place](std::string_view ending) { return place.ends_with(ending); });
}

/// Takes "@1000" from the end of a run's place.
std::optional<std::int64_t> takeStep(std::string_view& place) {
    const auto mark = place.rfind('@');
    if (mark == std::string_view::npos)
        return std::nullopt;
    const std::string_view digits = place.substr(mark + 1);
    std::int64_t step = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
    if (error != std::errc{} || end != digits.data() + digits.size() || step < 0)
        return std::nullopt;
    place = trimmed(place.substr(0, mark));
    return step;
}

} // namespace

bool InitialSource::isFile() const {
    return isFilePath(place);
}

Expected<InitialSource> initialSourceFrom(std::string_view text) {
    InitialSource source;
    std::string_view place = trimmed(text);
    if (const auto mark = place.rfind(sumMark);
        mark != std::string_view::npos && (mark == 0 || place[mark - 1] == ' ')) {
        source.sha256 = place.substr(mark + sumMark.size());
        const bool isSum =
            source.sha256.size() == sumDigits
            && source.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (!isSum)
            return refused(text, "behind sha256: stand the file's 64 hexadecimal digits");
        place = trimmed(place.substr(0, mark));
    }
    if (!isFilePath(place))
        source.step = takeStep(place);
    if (place.empty())
        return refused(text, "leave the field empty to begin with new weights");
    source.place = place;
    return source;
}

std::string toText(const InitialSource& source) {
    std::string text = source.place;
    if (source.step)
        text += "@" + std::to_string(*source.step);
    if (!source.sha256.empty())
        text.append(" ").append(sumMark).append(source.sha256);
    return text;
}

} // namespace concertina
