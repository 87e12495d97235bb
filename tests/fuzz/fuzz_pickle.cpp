// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/pickled_tensors.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <sstream>
#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace concertina;
    std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
    const auto pickle = readPickle(
        stream, size, "", [](const std::string& name) { return isTensorGlobal(name, true); });
    if (!pickle)
        return 0;
    const auto dict = findStateDict(*pickle, "");
    if (!dict)
        return 0;
    for (const auto& [name, tensor] : dict->tensors) {
        const auto storage = dict->storages.find(tensor.storage);
        if (storage == dict->storages.end() || tensor.sizes.size() != tensor.strides.size())
            std::abort();                             // a tensor of no storage
        __extension__ using Wide = unsigned __int128; // no product of these is too large for it
        Wide farthest = static_cast<Wide>(tensor.offset), values = 1;
        for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
            if (tensor.sizes[i] < 0 || tensor.strides[i] < 0)
                std::abort();
            values *= static_cast<Wide>(tensor.sizes[i]);
            if (tensor.sizes[i] > 0)
                farthest +=
                    static_cast<Wide>(tensor.sizes[i] - 1) * static_cast<Wide>(tensor.strides[i]);
        }
        if (values > 0 && farthest >= storage->second.count)
            std::abort(); // a value outside the storage
    }
    return 0;
}
