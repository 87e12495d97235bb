// SPDX-License-Identifier: GPL-3.0-or-later
// The machine of Python's Lib/pickletools.py, which describes every operation, without those that
// import, call or extend.
#include "core/tensor/pickle.h"

#include "core/tensor/pickle_operation.h"
#include "core/values/text.h"

#include <bit>
#include <cstdio>
#include <optional>
#include <unordered_map>
#include <utility>

namespace concertina {

namespace {

using Kind = PickleValue::Kind;

using Do = PickleOperation;

constexpr std::uint64_t newestProtocol = 5;
constexpr std::size_t longestName = 1000; // of a module or a class

class PickleMachine {
public:
    PickleMachine(std::istream& stream, std::uint64_t size, const std::string& path,
                  const KnownGlobal& isKnown, const PickleLimits& limits)
        : m_stream(stream), m_left(size), m_path(path), m_isKnown(isKnown), m_limits(limits) {}

    Expected<Pickle> run() {
        for (std::uint64_t count = 0; m_pickle.root == nullptr && !m_problem; ++count) {
            if (count == m_limits.operations)
                tooMuch(std::to_string(count) + " operations and more");
            const auto code = static_cast<unsigned char>(number(1));
            if (!m_problem && !step(static_cast<Do>(code)))
                refuseOperation(code);
        }
        if (m_problem)
            return failure(std::move(*m_problem));
        return std::move(m_pickle);
    }

private:
    bool step(Do code) {
        return onNumbers(code) || onTexts(code) || onStack(code) || onMemo(code)
               || onContainers(code) || onItems(code) || onObjects(code);
    }

    bool onNumbers(Do code) {
        switch (code) {
        case Do::None: push({.kind = Kind::None}); return true;
        case Do::NewTrue: push({.kind = Kind::Bool, .integer = 1}); return true;
        case Do::NewFalse: push({.kind = Kind::Bool}); return true;
        case Do::BinInt: pushInteger(static_cast<std::int32_t>(number(4))); return true;
        case Do::BinInt1: pushInteger(static_cast<std::int64_t>(number(1))); return true;
        case Do::BinInt2: pushInteger(static_cast<std::int64_t>(number(2))); return true;
        case Do::Long1: pushLong(number(1)); return true;
        case Do::Long4: pushLong(number(4)); return true;
        case Do::BinFloat: {
            std::uint64_t bits = 0; // the highest byte first
            for (int i = 0; i < 8; ++i)
                bits = bits << 8U | number(1);
            push({.kind = Kind::Real, .real = std::bit_cast<double>(bits)});
            return true;
        }
        default: return false;
        }
    }

    bool onTexts(Do code) {
        switch (code) {
        case Do::ShortBinString:
        case Do::ShortBinUnicode: pushText(Kind::Text, number(1)); return true;
        case Do::BinString:
        case Do::BinUnicode: pushText(Kind::Text, number(4)); return true;
        case Do::BinUnicode8: pushText(Kind::Text, number(8)); return true;
        case Do::ShortBinBytes: pushText(Kind::Bytes, number(1)); return true;
        case Do::BinBytes: pushText(Kind::Bytes, number(4)); return true;
        case Do::BinBytes8:
        case Do::ByteArray8: pushText(Kind::Bytes, number(8)); return true;
        default: return false;
        }
    }

    bool onStack(Do code) {
        switch (code) {
        case Do::Proto:
            if (const std::uint64_t protocol = number(1); protocol > newestProtocol)
                damaged("protocol " + std::to_string(protocol), "2 to 5");
            return true;
        case Do::Frame: number(8); return true; // how far to read ahead
        case Do::Stop: m_pickle.root = pop(); return true;
        case Do::Mark: m_marks.push_back(m_stack.size()); return true;
        case Do::PopMark: popToMark(); return true;
        case Do::Pop:
            if (!m_marks.empty() && m_marks.back() == m_stack.size())
                m_marks.pop_back();
            else
                pop();
            return true;
        case Do::Dup: m_stack.push_back(top()); return true;
        default: return false;
        }
    }

    bool onMemo(Do code) {
        switch (code) {
        case Do::BinPut: m_memo[number(1)] = top(); return true;
        case Do::LongBinPut: m_memo[number(4)] = top(); return true;
        case Do::Memoize: m_memo[m_memo.size()] = top(); return true;
        case Do::BinGet: recall(number(1)); return true;
        case Do::LongBinGet: recall(number(4)); return true;
        default: return false;
        }
    }

    bool onContainers(Do code) {
        switch (code) {
        case Do::EmptyTuple: push({.kind = Kind::Tuple}); return true;
        case Do::EmptyList: push({.kind = Kind::List}); return true;
        case Do::EmptyDict: push({.kind = Kind::Dict}); return true;
        case Do::EmptySet: push({.kind = Kind::Set}); return true;
        case Do::Tuple: push({.kind = Kind::Tuple, .items = popToMark()}); return true;
        case Do::List: push({.kind = Kind::List, .items = popToMark()}); return true;
        case Do::FrozenSet: push({.kind = Kind::Set, .items = popToMark()}); return true;
        case Do::Dict: push({.kind = Kind::Dict, .items = pairsToMark()}); return true;
        case Do::Tuple1: pushTuple(1); return true;
        case Do::Tuple2: pushTuple(2); return true;
        case Do::Tuple3: pushTuple(3); return true;
        default: return false;
        }
    }

    bool onItems(Do code) {
        switch (code) {
        case Do::Append: addTo(Kind::List, popped(1)); return true;
        case Do::Appends: addTo(Kind::List, popToMark()); return true;
        case Do::AddItems: addTo(Kind::Set, popToMark()); return true;
        case Do::SetItem: addTo(Kind::Dict, popped(2)); return true;
        case Do::SetItems: addTo(Kind::Dict, pairsToMark()); return true;
        default: return false;
        }
    }

    bool onObjects(Do code) {
        switch (code) {
        case Do::Global: {
            const std::string module = line(), name = line();
            pushGlobal(module + "." + name);
            return true;
        }
        case Do::StackGlobal: {
            const PickleValue* name = pop();
            const PickleValue* module = pop();
            if (name->kind != Kind::Text || module->kind != Kind::Text)
                damaged("a global whose name is no text", "a module and a name");
            pushGlobal(module->text + "." + name->text);
            return true;
        }
        case Do::Reduce:
        case Do::NewObj: pushCall(); return true;
        case Do::Build: {
            const PickleValue* state = pop();
            PickleValue* object = top();
            if (object->kind == Kind::Call)
                object->state = state;
            else
                damaged("a state of what is no object", "an object");
            return true;
        }
        case Do::BinPersId: push({.kind = Kind::Persistent, .arguments = pop()}); return true;
        default: return false;
        }
    }

    /// The next bytes as a number, the lowest first.
    std::uint64_t number(int bytes) {
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i) {
            const int byte = m_left > 0 ? m_stream.get() : std::istream::traits_type::eof();
            if (byte == std::istream::traits_type::eof()) {
                damaged("its end in the middle", "all of it");
                return 0;
            }
            --m_left;
            value |= static_cast<std::uint64_t>(byte) << (8 * i);
        }
        return value;
    }

    std::string bytes(std::uint64_t count) {
        if (count > m_left) {
            damaged("a text of " + std::to_string(count) + " bytes where " + std::to_string(m_left)
                        + " are left",
                    "all of it");
            return {};
        }
        if (count > m_limits.textBytes - m_textBytes) {
            tooMuch("texts of " + std::to_string(m_textBytes + count) + " bytes");
            return {};
        }
        m_textBytes += count;
        m_left -= count;
        std::string text(count, '\0');
        if (!m_stream.read(text.data(), static_cast<std::streamsize>(count)))
            damaged("its end in a text", "all of it");
        return text;
    }

    std::string line() {
        std::string text;
        while (!m_problem) {
            const char letter = static_cast<char>(number(1));
            if (letter == '\n')
                break;
            text += letter;
            if (text.size() > longestName)
                damaged("a name of more than " + std::to_string(longestName) + " bytes", "a name");
        }
        return text;
    }

    PickleValue* push(PickleValue value) {
        m_stack.push_back(&m_pickle.values.emplace_back(std::move(value)));
        return m_stack.back();
    }

    void pushInteger(std::int64_t value) { push({.kind = Kind::Integer, .integer = value}); }

    /// Two's complement of any length, the lowest byte first.
    void pushLong(std::uint64_t length) {
        const std::string digits = bytes(length);
        if (digits.size() > 8) {
            push({.kind = Kind::LongInteger, .text = digits});
            return;
        }
        const bool negative =
            !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80U) != 0;
        std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
        for (std::size_t i = digits.size(); i-- > 0;)
            value = value << 8U | static_cast<unsigned char>(digits[i]);
        pushInteger(static_cast<std::int64_t>(value));
    }

    void pushText(Kind kind, std::uint64_t length) { push({.kind = kind, .text = bytes(length)}); }

    void pushTuple(std::size_t size) { push({.kind = Kind::Tuple, .items = popped(size)}); }

    void pushGlobal(std::string name) {
        if (!m_problem && !m_isKnown(name))
            problem({"pickle.global", m_path, "the global " + shown(name),
                     "a state dict: tensors by name, in dicts and lists",
                     "Nothing of a file is executed here. In Python: "
                     "torch.save(model.state_dict(), \"weights.pt\")"});
        push({.kind = Kind::Global, .text = std::move(name)});
    }

    void pushCall() {
        const PickleValue* arguments = pop();
        const PickleValue* function = pop();
        if (function->kind != Kind::Global || arguments->kind != Kind::Tuple)
            damaged("a call without a name or arguments", "a global and a tuple");
        push({.kind = Kind::Call, .function = function, .arguments = arguments});
    }

    /// How many values stand above the last mark.
    std::size_t above() const { return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back()); }

    PickleValue* top() {
        if (m_stack.empty() || above() == 0) {
            damaged("an operation on nothing", "a value");
            return &m_nothing;
        }
        return m_stack.back();
    }

    PickleValue* pop() {
        PickleValue* value = top();
        if (value != &m_nothing)
            m_stack.pop_back();
        return value;
    }

    std::vector<const PickleValue*> popped(std::size_t count) {
        std::vector<const PickleValue*> values(count);
        for (std::size_t i = count; i-- > 0;)
            values[i] = pop();
        return values;
    }

    std::vector<const PickleValue*> popToMark() {
        if (m_marks.empty()) {
            damaged("an end of items without a beginning", "a mark");
            return {};
        }
        const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        std::vector<const PickleValue*> values(begin, m_stack.end());
        m_stack.erase(begin, m_stack.end());
        m_marks.pop_back();
        return values;
    }

    std::vector<const PickleValue*> pairsToMark() {
        auto values = popToMark();
        if (values.size() % 2 != 0)
            damaged("a key without a value", "keys and values in turns");
        return values;
    }

    /// An object that a call makes may be a dict or a list: what it is given stays with the call.
    void addTo(Kind kind, const std::vector<const PickleValue*>& values) {
        PickleValue* to = top();
        if (to->kind != kind && to->kind != Kind::Call)
            damaged("items put into what holds none", "a list, a set or a dict");
        to->items.insert(to->items.end(), values.begin(), values.end());
    }

    void recall(std::uint64_t key) {
        const auto found = m_memo.find(key);
        if (found == m_memo.end())
            damaged("value " + std::to_string(key) + " of the memo, which is not there", "one");
        else
            m_stack.push_back(found->second);
    }

    static std::string shown(const std::string& name) { return shortened(validUtf8(name), 120); }

    void problem(Problem problem) {
        if (!m_problem) // what follows from the first is none
            m_problem = std::move(problem);
    }

    void damaged(std::string found, std::string expected) {
        problem({"pickle.damaged", m_path, "a pickle with " + std::move(found), std::move(expected),
                 "the file is damaged or cut short"});
    }

    void tooMuch(std::string found) {
        problem({"pickle.limit", m_path, "a pickle with " + std::move(found),
                 "at most " + std::to_string(m_limits.operations) + " operations and "
                     + bytesText(static_cast<double>(m_limits.textBytes)) + " of text",
                 "save the state dict alone"});
    }

    void refuseOperation(unsigned char code) {
        char text[8];
        std::snprintf(text, sizeof text, "0x%02x", code);
        problem({"pickle.operation", m_path, std::string("operation ") + text + " of a pickle",
                 "those of the protocols 2 to 5 that hold data",
                 "the file is damaged, or was not written by torch.save"});
    }

    std::istream& m_stream;
    std::uint64_t m_left = 0;
    const std::string& m_path;
    const KnownGlobal& m_isKnown;
    PickleLimits m_limits;
    Pickle m_pickle;
    std::vector<PickleValue*> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, PickleValue*> m_memo;
    std::uint64_t m_textBytes = 0;
    PickleValue m_nothing;
    std::optional<Problem> m_problem;
};

} // namespace

Expected<Pickle> readPickle(std::istream& stream, std::uint64_t size, const std::string& path,
                            const KnownGlobal& isKnown, const PickleLimits& limits) {
    return PickleMachine(stream, size, path, isKnown, limits).run();
}

} // namespace concertina
