// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A value of a Python pickle, as data. A pickle is a program that builds objects; here it is read
/// and never run: what it would call stays a `Call`, a name with arguments.
struct PickleValue {
    enum class Kind {
        None,
        Bool,
        Integer,
        LongInteger, ///< beyond 64 bits: `text` has its bytes, the lowest first
        Real,
        Text,
        Bytes,
        Tuple,
        List,
        Set,
        Dict,
        Global,    ///< "torch.FloatStorage", in `text`
        Call,      ///< of `function`, a Global, with `arguments`, a Tuple
        Persistent ///< what stands outside of the pickle; `arguments` is its id
    };

    Kind kind = Kind::None;
    std::int64_t integer = 0; ///< of Bool and Integer
    double real = 0;
    std::string text{};
    /// Elements; of a Dict, and of what is put into a Call, keys and values in turns.
    std::vector<const PickleValue*> items{};
    const PickleValue* function = nullptr;
    const PickleValue* arguments = nullptr;
    const PickleValue* state = nullptr; ///< what a Call's object was given afterwards, or null

    bool isCallOf(std::string_view name) const {
        return kind == Kind::Call && function->text == name;
    }
};

/// All values of a pickle. One value may be an item of several others, and of itself: who follows
/// items limits depth and number.
struct Pickle {
    std::deque<PickleValue> values;
    const PickleValue* root = nullptr;

    Pickle() = default;
    Pickle(Pickle&&) noexcept = default;
    Pickle& operator=(Pickle&&) noexcept = default;
};

/// What is still read. A state dict of a thousand layers is a twentieth of each.
struct PickleLimits {
    std::uint64_t operations = std::uint64_t{1} << 21U; ///< and so values; each takes 100 bytes
    std::uint64_t textBytes = std::uint64_t{1} << 26U;  ///< of all texts and numbers together
};

/// Whether a global ("collections.OrderedDict") may stand in a pickle.
using KnownGlobal = std::function<bool(const std::string& name)>;

/// Reads one pickle of the protocols 2 to 5 from a stream, of which at most `size` bytes are its
/// own; the stream stands behind it afterwards. Nothing is executed or imported, and no memory is
/// taken for what the stream does not have. `path` is where problems say that they are.
/// Problems: "pickle.global" (a global that is not known, by its name), "pickle.damaged",
/// "pickle.operation" (an operation of other protocols, or one that runs code), "pickle.limit".
Expected<Pickle> readPickle(std::istream& stream, std::uint64_t size, const std::string& path,
                            const KnownGlobal& isKnown, const PickleLimits& limits = {});

} // namespace concertina
