// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace concertina {

/// What a network begins from, as `network.initial` has it:
///
///     rooms                             a run by its name, its last checkpoint
///     k7f3m2qd@1000                     a run by its id, its checkpoint of that step
///     ~/nets/rooms.safetensors          a file; so is all that has a slash in it, or ends as
///     resnet18.pth                      files of weights do (.pt, .pth, .bin, .ckpt, .tar)
///     k7f3m2qd@1000 sha256:9f86d08…     the same, which must be those very bytes
///
/// The last form is what a run keeps, so that its clone begins as it did, or not at all.
struct InitialSource {
    std::string place; ///< a run's id or name, or a file's path
    std::optional<std::int64_t> step{};
    std::string sha256{}; ///< 64 hexadecimal digits; empty: whatever is there

    bool operator==(const InitialSource&) const = default;

    bool isFile() const;
};

/// Reads the field's text, which is not empty. Problem "initial.syntax", at "network.initial".
Expected<InitialSource> initialSourceFrom(std::string_view text);

/// The text that reads back as the same.
std::string toText(const InitialSource& source);

} // namespace concertina
