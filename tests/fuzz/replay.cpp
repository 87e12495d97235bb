// SPDX-License-Identifier: GPL-3.0-or-later
// Where there is no libFuzzer: runs a target on every seed, on its beginnings, and on changes of
// it by a fixed random sequence. usage: replay FOLDER
#include "tests/fuzz/fuzz_target.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace {

constexpr int ChangesOfASeed = 4000; // some seconds a target

using Bytes = std::vector<std::uint8_t>;

Bytes contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

void change(Bytes& bytes, std::mt19937& random) {
    const auto below = [&](std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); };
    for (std::size_t i = 0; i <= below(4) && !bytes.empty(); ++i) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size()));
        switch (below(4)) {
        case 0: *at = static_cast<std::uint8_t>(random()); break;
        case 1: *at = static_cast<std::uint8_t>("0123456789-.eE\"{}[],:"[below(21)]); break;
        case 2: bytes.erase(at, at + static_cast<std::ptrdiff_t>(
                                         below(static_cast<std::size_t>(bytes.end() - at))));
            break;
        default: {
            const Bytes part(at, at + static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(
                                     64, static_cast<std::size_t>(bytes.end() - at)))));
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())),
                         part.begin(), part.end());
        }
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    int seeds = 0;
    std::mt19937 random(1);
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        const Bytes seed = contentOf(entry.path());
        for (std::size_t length = 0; length <= seed.size(); length += 1 + seed.size() / 500)
            LLVMFuzzerTestOneInput(seed.data(), length);
        LLVMFuzzerTestOneInput(seed.data(), seed.size());
        for (int i = 0; i < ChangesOfASeed; ++i) {
            Bytes changed = seed;
            change(changed, random);
            LLVMFuzzerTestOneInput(changed.data(), changed.size());
        }
        ++seeds;
    }
    std::printf("%d seeds\n", seeds);
    return seeds > 0 ? 0 : 1;
}
