// SPDX-License-Identifier: GPL-3.0-or-later
// What torch/_utils.py and torch/serialization.py rebuild, as descriptions.
#include "core/tensor/pickled_tensors.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace concertina {

namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t mostValues = std::uint64_t{1} << 60U;
/// A tensor may look at one value many times (stride 0): as many as a picture has, not billions.
constexpr std::uint64_t mostRepeated = std::uint64_t{1} << 24U;
constexpr std::size_t mostDimensions = 64;
constexpr std::size_t mostTensors = 100'000;
constexpr std::size_t mostVisits = 1'000'000;
constexpr int deepest = 32;
constexpr std::size_t longestKey = 4096;

constexpr std::array<std::pair<std::string_view, c10::ScalarType>, 10> storageTypes{
    {{"torch.FloatStorage", c10::ScalarType::Float},
     {"torch.DoubleStorage", c10::ScalarType::Double},
     {"torch.HalfStorage", c10::ScalarType::Half},
     {"torch.BFloat16Storage", c10::ScalarType::BFloat16},
     {"torch.LongStorage", c10::ScalarType::Long},
     {"torch.IntStorage", c10::ScalarType::Int},
     {"torch.ShortStorage", c10::ScalarType::Short},
     {"torch.CharStorage", c10::ScalarType::Char},
     {"torch.ByteStorage", c10::ScalarType::Byte},
     {"torch.BoolStorage", c10::ScalarType::Bool}}};

/// (storage, offset, sizes, strides, …); the first is of before 0.4.
constexpr std::array<std::string_view, 2> tensorMakers{"torch._utils._rebuild_tensor",
                                                       "torch._utils._rebuild_tensor_v2"};
/// (a value, …), which they are; Parameter itself is called by files of before 0.4.
constexpr std::array<std::string_view, 7> wrappers{
    "torch._utils._rebuild_parameter",    "torch.nn.parameter.Parameter",
    "torch.jit._pickle.restore_type_tag", "torch.jit._pickle.build_intlist",
    "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_boollist"};
constexpr std::string_view orderedDict = "collections.OrderedDict";
/// What schedulers and notes of a checkpoint have; nothing in them is looked at.
constexpr std::array<std::string_view, 3> others{"collections.Counter", "torch.Size",
                                                 "torch.device"};
constexpr std::string_view scriptClass = "__torch__.";

/// Where training programs have the weights, the first that holds any.
constexpr std::array<std::string_view, 12> usualKeys{
    "state_dict", "model_state_dict", "model_state", "model", "network",   "net",
    "module",     "params",           "weights",     "ema",   "model_ema", "teacher"};

bool isAmong(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

using Pair = std::pair<const PickleValue*, const PickleValue*>;

/// Walks what a pickle holds.
class StateDictFinder {
public:
    explicit StateDictFinder(const std::string& path) : m_path(path) {}

    Expected<PickledStateDict> find(const Pickle& pickle) {
        for (const PickleValue& value : pickle.values)
            if (value.kind == Kind::Persistent)
                addStorage(value);
        if (!m_problem)
            collect(*dictIn(*pickle.root), "", 0);
        if (!m_problem && m_found.tensors.empty())
            note("weights.none",
                 isTensor(*pickle.root) ? "one tensor without a name" : "no tensor that has a name",
                 "a state dict: tensors by name",
                 "in Python: torch.save(model.state_dict(), \"weights.pt\")");
        if (m_problem)
            return failure(std::move(*m_problem));
        for (const std::string_view prefix : {"module.", "_orig_mod.", "module."})
            removePrefix(prefix);
        return std::move(m_found);
    }

private:
    /// Behind what only hands a value on.
    static const PickleValue& unwrapped(const PickleValue& value) {
        const PickleValue* inner = &value;
        for (int i = 0;
             i < deepest && inner->kind == Kind::Call && isAmong(wrappers, inner->function->text)
             && !inner->arguments->items.empty();
             ++i)
            inner = inner->arguments->items.front();
        return *inner;
    }

    static bool isTensor(const PickleValue& value) {
        const PickleValue& inner = unwrapped(value);
        return inner.kind == Kind::Call && isAmong(tensorMakers, inner.function->text);
    }

    static void addPairs(const std::vector<const PickleValue*>& items, std::vector<Pair>& to) {
        for (std::size_t i = 0; i + 1 < items.size(); i += 2)
            to.emplace_back(items[i], items[i + 1]);
    }

    /// Keys and values of a dict, an OrderedDict (which Python 2 makes of a list of pairs), and
    /// attributes of a TorchScript object.
    static std::vector<Pair> pairsOf(const PickleValue& value) {
        std::vector<Pair> pairs;
        if (value.kind == Kind::Dict)
            addPairs(value.items, pairs);
        if (value.kind != Kind::Call)
            return pairs;
        if (value.isCallOf(orderedDict)) {
            for (const PickleValue* argument : value.arguments->items)
                for (const PickleValue* item : argument->items)
                    if (item->items.size() == 2)
                        addPairs(item->items, pairs);
            addPairs(value.items, pairs);
        }
        if (value.function->text.starts_with(scriptClass) && value.state != nullptr
            && value.state->kind == Kind::Dict)
            addPairs(value.state->items, pairs);
        return pairs;
    }

    /// Whether a value has tensors, itself or deeper, under keys that are texts.
    bool holdsTensor(const PickleValue& value, int depth) {
        if (depth > deepest || m_visits > mostVisits)
            return false; // `collect` says so, where it comes by
        const auto pairs = pairsOf(value);
        m_visits += 1 + pairs.size();
        for (const auto& [key, item] : pairs)
            if (key->kind == Kind::Text && (isTensor(*item) || holdsTensor(*item, depth + 1)))
                return true;
        return false;
    }

    const PickleValue* dictIn(const PickleValue& root) {
        const PickleValue* dict = &unwrapped(root);
        for (int depth = 0; depth < deepest; ++depth) {
            const auto pairs = pairsOf(*dict);
            if (std::ranges::any_of(pairs, [](const Pair& pair) { return isTensor(*pair.second); }))
                break;
            const PickleValue* inner = nullptr;
            for (const std::string_view usual : usualKeys)
                for (const auto& [key, item] : pairs)
                    if (inner == nullptr && key->kind == Kind::Text && key->text == usual
                        && holdsTensor(*item, 0))
                        inner = item;
            // Classes of TorchScript are the network: what has such a name is a part of it.
            if (inner == nullptr || dict->kind == Kind::Call)
                break;
            dict = inner;
        }
        m_visits = 0;
        return dict;
    }

    void collect(const PickleValue& value, const std::string& prefix, int depth) {
        if (depth > deepest || m_visits > mostVisits)
            return note("weights.limit",
                        depth > deepest ? "dicts that lie in each other without end"
                                        : "more than a million entries",
                        "a state dict", "save the state dict alone");
        for (const auto& [key, item] : pairsOf(value)) {
            if (m_problem)
                return;
            ++m_visits;
            if (key->kind != Kind::Text)
                continue;
            const std::string name = prefix + validUtf8(key->text);
            if (name.size() > longestKey)
                return note("weights.limit", "a name of " + std::to_string(name.size()) + " bytes",
                            "names of at most " + std::to_string(longestKey), "");
            if (isTensor(*item))
                addTensor(name, unwrapped(*item));
            else
                collect(*item, name + ".", depth + 1);
        }
    }

    /// "storage", its type, key, device and count; of a legacy stream perhaps also a view: its key,
    /// offset and count.
    void addStorage(const PickleValue& value) {
        const PickleValue& id = *value.arguments;
        const auto storage = storageOf(id);
        if (!storage)
            return note("weights.storage", "a reference to what is no storage of values",
                        "storages of floating-point numbers, integers or bool",
                        "the file is damaged, or holds more than a state dict");
        const auto [at, isNew] = m_found.storages.try_emplace(storage->key, *storage);
        if (!isNew && at->second != *storage)
            note("weights.storage", "storage " + shownName(storage->key) + " twice, and different",
                 "one type and one size of each storage", "the file is damaged");
    }

    static std::optional<PickledStorage> storageOf(const PickleValue& id) {
        if (id.kind != Kind::Tuple || id.items.size() < 5)
            return std::nullopt;
        const PickleValue &what = *id.items[0], &type = *id.items[1], &key = *id.items[2],
                          &count = *id.items[4];
        const auto known = std::ranges::find(storageTypes, std::string_view(type.text),
                                             [](const auto& pair) { return pair.first; });
        if (what.kind != Kind::Text || what.text != "storage" || type.kind != Kind::Global
            || known == storageTypes.end() || key.kind != Kind::Text || key.text.empty()
            || count.kind != Kind::Integer || count.integer < 0
            || static_cast<std::uint64_t>(count.integer) > mostValues / 8)
            return std::nullopt;
        return PickledStorage{key.text, known->second, static_cast<std::uint64_t>(count.integer)};
    }

    /// The values of a storage that a reference looks at: all, or a view: offset and count.
    static std::optional<std::pair<std::uint64_t, std::uint64_t>>
    viewOf(const PickleValue& id, const PickledStorage& storage) {
        if (id.items.size() < 6 || id.items[5]->kind == Kind::None)
            return std::pair(std::uint64_t{0}, storage.count);
        const auto& view = id.items[5]->items;
        if (view.size() != 3 || view[1]->kind != Kind::Integer || view[2]->kind != Kind::Integer
            || view[1]->integer < 0 || view[2]->integer < 0)
            return std::nullopt;
        const auto offset = static_cast<std::uint64_t>(view[1]->integer);
        const auto count = static_cast<std::uint64_t>(view[2]->integer);
        if (offset > storage.count || count > storage.count - offset)
            return std::nullopt;
        return std::pair(offset, count);
    }

    static std::optional<std::vector<std::int64_t>> extentsOf(const PickleValue& value) {
        const PickleValue& list = value.isCallOf("torch.Size") && value.arguments->items.size() == 1
                                      ? *value.arguments->items.front()
                                      : value;
        if ((list.kind != Kind::Tuple && list.kind != Kind::List)
            || list.items.size() > mostDimensions)
            return std::nullopt;
        std::vector<std::int64_t> extents;
        for (const PickleValue* item : list.items) {
            if (item->kind != Kind::Integer || item->integer < 0)
                return std::nullopt;
            extents.push_back(item->integer);
        }
        return extents;
    }

    void addTensor(const std::string& name, const PickleValue& call) {
        const auto refused = [&](const std::string& what) {
            note("weights.tensor", "tensor " + shownName(name) + " " + what,
                 "a shape and strides that fit a storage", "the file is damaged");
        };
        const auto& arguments = call.arguments->items;
        if (arguments.size() < 4 || arguments[0]->kind != Kind::Persistent
            || arguments[1]->kind != Kind::Integer || arguments[1]->integer < 0)
            return refused("without a storage or an offset");
        const PickleValue& id = *arguments[0]->arguments;
        const PickledStorage& storage = m_found.storages.at(id.items[2]->text);
        const auto view = viewOf(id, storage);
        const auto sizes = extentsOf(*arguments[2]), strides = extentsOf(*arguments[3]);
        if (!view || !sizes || !strides || sizes->size() != strides->size())
            return refused("with an impossible view, shape or strides");
        if (!liesWithin(static_cast<std::uint64_t>(arguments[1]->integer), *sizes, *strides,
                        view->second))
            return refused("whose offset, shape and strides reach beyond its storage");
        if (m_found.tensors.size() == mostTensors)
            return note("weights.limit", "more than " + std::to_string(mostTensors) + " tensors",
                        "a state dict", "save the state dict alone");
        PickledTensor tensor{.storage = storage.key,
                             .offset =
                                 static_cast<std::int64_t>(view->first) + arguments[1]->integer,
                             .sizes = *sizes,
                             .strides = *strides};
        if (!m_found.tensors.try_emplace(name, std::move(tensor)).second)
            refused("twice");
    }

    /// Whether the farthest value that a tensor looks at is one of `count`.
    static bool liesWithin(std::uint64_t offset, const std::vector<std::int64_t>& sizes,
                           const std::vector<std::int64_t>& strides, std::uint64_t count) {
        if (offset > mostValues)
            return false;
        std::uint64_t farthest = offset, values = 1;
        bool empty = false;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(sizes[i], 1));
            const auto stride = static_cast<std::uint64_t>(strides[i]);
            // An extent of 0 does not hide the others: strides are made of them.
            if (values > mostValues / size || (stride != 0 && size - 1 > mostValues / stride))
                return false;
            values *= size;
            farthest += (size - 1) * stride;
            empty = empty || sizes[i] == 0;
            if (farthest > mostValues)
                return false;
        }
        return empty || (farthest < count && values <= std::max(count, mostRepeated));
    }

    void removePrefix(std::string_view prefix) {
        auto& tensors = m_found.tensors;
        if (!std::ranges::all_of(
                tensors, [&](const auto& entry) { return entry.first.starts_with(prefix); }))
            return;
        std::map<std::string, PickledTensor> renamed;
        for (auto& [name, tensor] : tensors)
            renamed[name.substr(prefix.size())] = std::move(tensor);
        tensors = std::move(renamed);
    }

    static std::string shownName(const std::string& name) {
        return "\"" + shortened(validUtf8(name), 120) + "\"";
    }

    void note(std::string code, std::string found, std::string expected, std::string hint) {
        if (!m_problem)
            m_problem = Problem{std::move(code), m_path, std::move(found), std::move(expected),
                                std::move(hint)};
    }

    const std::string& m_path;
    PickledStateDict m_found;
    std::size_t m_visits = 0;
    std::optional<Problem> m_problem;
};

} // namespace

bool isTensorGlobal(const std::string& name, bool torchScript) {
    return name == orderedDict || isAmong(tensorMakers, name) || isAmong(wrappers, name)
           || isAmong(others, name) || (torchScript && name.starts_with(scriptClass))
           || std::ranges::find(storageTypes, std::string_view(name), [](const auto& pair) {
                  return pair.first;
              }) != storageTypes.end();
}

Expected<PickledStateDict> findStateDict(const Pickle& pickle, const std::string& path) {
    return StateDictFinder(path).find(pickle);
}

} // namespace concertina
