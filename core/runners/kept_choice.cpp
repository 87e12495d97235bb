// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/kept_choice.h"

#include "core/exports/onnxruntime_reader.h"
#include "core/exports/opencv_reader.h"
#include "core/runners/quickest.h"
#include "core/tensor/sha256.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/training/environment.h"
#include "core/values/file_place.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t mostKeptBytes = 1 << 16; ///< it has some hundreds

/// SHA-256 of what a network computes with.
std::string contentOf(const CollapsedNetwork& network) {
    Sha256 sum;
    sum.add(jsonText(toJson(network.program)));
    sum.add(std::to_string(network.height) + "x" + std::to_string(network.width));
    for (const torch::Tensor& tensor : network.tensors) {
        const torch::Tensor values = tensor.detach().to(torch::kCPU).contiguous();
        sum.add(std::string_view(static_cast<const char*>(values.data_ptr()), values.nbytes()));
    }
    return sum.finish();
}

/// What times hang on beside the network.
Json machineOf() {
    const Json all = environment(0);
    Json machine = Json::object();
    for (const char* key : {"concertina", "libtorch", "blas", "processor", "threads", "host"})
        machine[key] = all.at(key);
    machine["opencv"] = openCvReaderName();
    machine["onnxruntime"] = onnxRuntimeName();
    return machine;
}

void dropOldest(const fs::path& folder) {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".json")
            files.emplace_back(entry.last_write_time(error), entry.path());
    if (files.size() <= static_cast<std::size_t>(MostKeptTimes))
        return;
    std::ranges::sort(files);
    for (std::size_t i = 0; i < files.size() - static_cast<std::size_t>(MostKeptTimes); ++i)
        fs::remove(files[i].second, error);
}

} // namespace

fs::path runnerTimesFolder() {
    // The base directory specification ignores a relative XDG_CACHE_HOME.
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && cache[0] == '/')
        return fs::path(cache) / "concertina/runners";
    const char* home = std::getenv("HOME");
    if (home == nullptr || home[0] == '\0') {
        const passwd* user = getpwuid(getuid());
        home = user != nullptr ? user->pw_dir : "/";
    }
    return fs::path(home) / ".cache/concertina/runners";
}

KeptChoice::KeptChoice(const CollapsedNetwork& network, fs::path folder)
    : m_folder(std::move(folder)),
      m_of({{"network", contentOf(network)}, {"machine", machineOf()}}) {
    Sha256 sum;
    sum.add(jsonText(m_of));
    m_file = m_folder / (sum.finish().substr(0, 32) + ".json");
}

std::string KeptChoice::runner() const {
    std::error_code error;
    if (!fs::is_regular_file(m_file, error) || fs::file_size(m_file, error) > mostKeptBytes)
        return {};
    std::ifstream stream(m_file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const Json json = parseJson(text);
    if (!json.is_object() || !json.contains("of") || json.at("of") != m_of
        || !json.contains("runner") || !json.at("runner").is_string())
        return {};
    return json.at("runner").get<std::string>();
}

void KeptChoice::keep(const std::string& runner, double milliseconds) const {
    if (!makeFolder(m_folder))
        return;
    const std::string text =
        jsonText(Json{{"of", m_of}, {"runner", runner}, {"median_ms", milliseconds}}, 1) + "\n";
    if (writeFileAtomically(m_file, std::array{std::string_view(text)}))
        dropOldest(m_folder);
}

} // namespace concertina
