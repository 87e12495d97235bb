// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export.h"

#include "core/exports/agreement.h"
#include "core/exports/samples.h"
#include "core/exports/weights.h"
#include "core/model/catalogue.h"
#include "core/values/file_place.h"

#include <algorithm>
#include <array>

namespace concertina {

const ExportEntry& safetensorsExport();
const ExportEntry& onnxExport();
const ExportEntry& torchscriptExport();
const ExportEntry& cppExport();

namespace {

/// Tries a file on the samples: what other programs make of it, or the problem that one disagrees.
Expected<std::vector<ReaderReport>> tried(const std::filesystem::path& file,
                                          const ExportEntry& entry, const CollapsedNetwork& network,
                                          const Json& options, const ExportSamples& samples) {
    std::vector<ReaderReport> readers = entry.read(network, file, options, samples);
    for (const ReaderReport& reader : readers)
        if (reader.ran && !reader.agrees)
            return failure({"export.differs", file.string(), reader.reader + ": " + reader.why,
                            "the network's own outputs, for " + samples.text,
                            "nothing was written; another format may be right"});
    return readers;
}

/// Puts what was written and tried into its place: a file, or the files of a folder.
std::error_code putInPlace(WrittenNetwork& written, const std::filesystem::path& beside,
                           const std::filesystem::path& place) {
    std::error_code error;
    if (!std::filesystem::is_directory(beside)) {
        std::filesystem::rename(beside, place, error);
        written.files = {place.string()};
        return error;
    }
    for (std::string& file : written.files) {
        const auto end = place / std::filesystem::path(file).filename();
        if (!error)
            std::filesystem::rename(file, end, error);
        file = end.string();
    }
    return error;
}

/// Writes beside the place, tries it there, and puts it into its place where it is right: what was
/// there before stays until then.
Expected<WrittenNetwork> writtenAndTried(const ExportEntry& entry, const CollapsedNetwork& network,
                                         const std::filesystem::path& place, const Json& options,
                                         const ExportSamples& samples) {
    const bool isFolder = entry.info.suffix.empty();
    const auto end = isFolder ? Expected<std::filesystem::path>(place) : placeToWrite(place);
    if (!end)
        return failure(end.error());
    std::filesystem::path beside = isFolder ? *end / "" : *end;
    beside += ".tried";
    if (isFolder)
        if (auto made = makeFolder(beside); !made)
            return failure(made.error());
    const auto cleanUp = [&] {
        std::error_code ignored;
        std::filesystem::remove_all(beside, ignored);
    };
    auto written = entry.write(network, beside, options);
    if (!written) {
        cleanUp();
        written.error().path = place.string();
        return written;
    }
    auto readers = tried(beside, entry, network, options, samples);
    const auto error = readers ? putInPlace(*written, beside, *end) : std::error_code();
    cleanUp();
    if (!readers) {
        readers.error().path = place.string();
        return failure(readers.error());
    }
    if (error)
        return failure({"file.write", place.string(), error.message(), "a file in its place", ""});
    written->place = place.string();
    written->readers = std::move(*readers);
    written->samples = samples.text + limitText(network);
    return written;
}

} // namespace

std::span<const ExportEntry* const> exports() {
    static const std::array all{&safetensorsExport(), &onnxExport(), &torchscriptExport(),
                                &cppExport()};
    return all;
}

const std::string& usualExport() {
    return exports().front()->info.id;
}

Expected<NetworkWriter> networkWriter(const std::filesystem::path& place,
                                      const MethodChoice& format, const ExportSampleSource& samples,
                                      const CalibrationSource& calibration) {
    Catalogue known;
    for (const ExportEntry* entry : exports())
        known.exports.push_back(entry->info);
    if (Problems problems = checkMethod(known, Family::Export, format, "export"); !problems.empty())
        return failure(std::move(problems.front()));
    const ExportEntry& entry =
        **std::ranges::find(exports(), format.id, [](const auto* each) { return each->info.id; });
    if (entry.info.suffix.empty()) {
        if (const auto made = makeFolder(place); !made)
            return failure(made.error());
    } else if (const auto free = placeToWrite(place); !free) {
        return failure(free.error());
    }
    return [&entry, place, options = completeOptions(entry.info, format.options), samples,
            calibration](const CollapsedNetwork& network) -> Expected<WrittenNetwork> {
        const auto stored = withWeights(network, options, calibration);
        if (!stored)
            return failure(stored.error());
        return entry.read && samples ? writtenAndTried(entry, *stored, place, options, samples())
                                     : entry.write(*stored, place, options);
    };
}

} // namespace concertina
