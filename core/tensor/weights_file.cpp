// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/weights_file.h"

#include "core/tensor/sha256.h"
#include "core/tensor/tensor_file.h"

#include <array>
#include <fstream>
#include <string>
#include <string_view>

namespace concertina {

namespace {

constexpr std::string_view pickleStart = "\x80"; // and the protocol's number

/// What is often taken for weights: how it begins, what it is, what to do.
struct Mistaken {
    std::string_view start;
    const char* what;
    const char* hint;
};

constexpr std::array<Mistaken, 5> mistaken{
    {{"version https://git-lfs", "a pointer of Git LFS in place of the file", "git lfs pull"},
     {"<", "a page of HTML or XML", "the download went wrong"},
     {"\x89HDF", "an HDF5 file, as Keras writes them", "save the weights as safetensors"},
     {"\x1f\x8b", "a file that gzip packed", "unpack it with gunzip"},
     {"{", "a JSON file", "name the file of weights that lies beside it"}}};

Problem anotherFormat(const std::filesystem::path& path, std::string_view start) {
    Problem problem{"weights.format", path.string(), "another kind of file",
                    "a state dict that torch.save wrote, or safetensors", ""};
    if (start.empty())
        problem.found = "an empty file";
    for (const Mistaken& other : mistaken)
        if (start.starts_with(other.start)) {
            problem.found = other.what;
            problem.hint = other.hint;
        }
    if (start.size() > 262 && start.substr(257).starts_with("ustar"))
        problem.found = "a tar archive, as PyTorch wrote before 0.2";
    return problem;
}

} // namespace

Expected<NamedTensors> readWeights(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::error_code error;
    if (!stream || !std::filesystem::is_regular_file(path, error))
        return failure({"file.read", path.string(), "no file that can be read", "a file", ""});
    std::string begin(512, '\0');
    stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    begin.resize(static_cast<std::size_t>(stream.gcount()));
    const std::string_view start = begin;
    if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06"))
        return readZippedStateDict(path);
    if (start.starts_with(pickleStart))
        return readStreamedStateDict(path);
    // Eight bytes of length, then the header's JSON.
    if (start.size() > 8 && start[8] == '{')
        return readTensors(path);
    return failure(anotherFormat(path, start));
}

Expected<std::string> fileSum(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    Sha256 sum;
    std::string piece(std::size_t{1} << 18U, '\0');
    while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())),
           stream.gcount() > 0)
        sum.add(std::string_view(piece).substr(0, static_cast<std::size_t>(stream.gcount())));
    if (!stream.eof())
        return failure({"file.read", path.string(), "no file that can be read", "a file", ""});
    return sum.finish();
}

} // namespace concertina
