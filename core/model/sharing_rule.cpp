// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_rule.h"

#include "core/values/text.h"

#include <array>

namespace concertina {

namespace {

constexpr std::array<std::string_view, 5> stateNames = {"tied", "merged", "factors shared",
                                                        "separate", "merged by product"};

Unexpected syntax(std::string_view text, std::string expected) {
    return failure({"sharing.syntax", "", "\"" + shortened(text, 120) + "\"", std::move(expected),
                    "for example \"enc*: merged\" or \"dec1.*: {a, b} | {c} separate\""});
}

/// Reads "{a, b} | {c}" from the front of `text` and leaves what follows.
Expected<std::vector<std::vector<std::string>>> takeGroups(std::string_view& text) {
    const std::string_view whole = text;
    std::vector<std::vector<std::string>> groups;
    for (;;) {
        const auto end = text.find('}');
        if (!text.starts_with('{') || end == std::string_view::npos)
            return syntax(whole, "groups of tasks, {…} | {…}");
        auto names = split(text.substr(1, end - 1), ',');
        for (const std::string& name : names)
            if (name.empty() || name.find_first_of("{|") != std::string::npos)
                return syntax(whole, "names of tasks between the braces");
        groups.push_back(std::move(names));
        text = trimmed(text.substr(end + 1));
        if (!text.starts_with('|'))
            return groups;
        text = trimmed(text.substr(1));
    }
}

std::optional<SharingState> stateOf(std::string_view name) {
    if (name == "merged by mean") // what merged is without a word
        return SharingState::Merged;
    for (std::size_t i = 0; i < stateNames.size(); ++i)
        if (name == stateNames[i])
            return static_cast<SharingState>(i);
    return std::nullopt;
}

/// "freeze" and "unfreeze", of everything or of one factor; none where `rest` is neither.
Expected<std::optional<SharingRule>> freezeRule(std::string_view layers, std::string_view rest) {
    const auto end = rest.find_first_of(" \t");
    const std::string_view verb = rest.substr(0, end);
    if (verb != "freeze" && verb != "unfreeze")
        return std::nullopt;
    SharingRule rule{.layers = std::string(layers), .frozen = verb == "freeze"};
    if (end != std::string_view::npos)
        rule.factor = trimmed(rest.substr(end));
    if (rule.factor.find_first_of(" \t\r\n{}|,") != std::string::npos)
        return syntax(rest, "one factor, or nothing, behind " + std::string(verb));
    return rule;
}

} // namespace

std::string_view stateName(SharingState state) {
    return stateNames[static_cast<std::size_t>(state)];
}

Expected<SharingRule> parseSharingRule(std::string_view text) {
    const auto colon = text.find(':');
    const std::string_view layers = trimmed(text.substr(0, colon));
    if (colon == std::string_view::npos || layers.empty()
        || layers.find_first_of(" \t\r\n{}|") != std::string_view::npos)
        return syntax(text, "a pattern of layer names, a colon, and a state or groups");
    SharingRule rule{.layers = std::string(layers)};
    std::string_view rest = trimmed(text.substr(colon + 1));
    auto freeze = freezeRule(layers, rest);
    if (!freeze)
        return failure(freeze.error());
    if (*freeze)
        return std::move(**freeze);
    const bool groupsFirst = rest.starts_with('{');
    if (!groupsFirst) {
        rule.state = stateOf(rest);
        if (rule.state)
            return rule;
        const auto brace = rest.find('{');
        rule.factor = trimmed(rest.substr(0, brace));
        if (stateOf(rule.factor))
            return syntax(text, "the groups before the state");
        if (brace == std::string_view::npos || rule.factor.empty()
            || rule.factor.find_first_of(" \t\r\n}|") != std::string::npos)
            return syntax(text, "a state (tied, merged, merged by product, factors shared, "
                                "separate), freeze, "
                                "unfreeze, or a factor and its groups");
        rest = rest.substr(brace);
    }
    auto groups = takeGroups(rest);
    if (!groups)
        return failure(groups.error());
    rule.groups = std::move(*groups);
    if (groupsFirst)
        rule.state = stateOf(rest);
    if (groupsFirst && (!rule.state || rule.state == SharingState::Tied))
        return syntax(text, "merged, factors shared or separate behind the groups");
    if (!groupsFirst && !rest.empty())
        return syntax(text, "nothing behind a factor's groups");
    return rule;
}

std::string toText(const SharingRule& rule) {
    std::vector<std::string> groups;
    for (const auto& names : rule.groups)
        groups.push_back("{" + join(names, ", ") + "}");
    std::string text = rule.layers + ":";
    if (rule.frozen)
        text += *rule.frozen ? " freeze" : " unfreeze";
    if (rule.frozen && rule.factor.empty())
        return text;
    if (!rule.state)
        text += " " + rule.factor;
    if (!groups.empty())
        text += " " + join(groups, " | ");
    if (rule.state)
        text.append(" ").append(stateName(*rule.state));
    return text;
}

} // namespace concertina
