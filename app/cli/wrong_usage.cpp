// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/wrong_usage.h"

#include "core/values/spec_fields.h"
#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <cstdio>

namespace concertina {

namespace {

std::vector<std::string> namesOf(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* sub : command.get_subcommands({}))
        names.push_back(sub->get_name());
    return names;
}

/// Words that a command does not take; an option may have been meant for the spec.
std::string unexpected(const std::vector<std::string>& words) {
    // What stands behind it is no option, whatever it looks like.
    const auto mark = std::ranges::find(words, "--");
    if (mark != words.end() && mark + 1 != words.end())
        return "unexpected behind --: " + join({mark + 1, words.end()}, " ")
               + "; options stand before it";
    const auto option =
        std::ranges::find_if(words, [](const std::string& word) { return word.starts_with("--"); });
    if (option == words.end() && words.front().starts_with("-"))
        return words.front()
               + " is no option of this command; a name that begins so stands "
                 "behind --, as in \"-- "
               + words.front() + "\"";
    if (option == words.end())
        return "unexpected: " + join(words, " ");
    const std::string name = option->substr(2);
    for (const auto& field : specFields())
        if (field.path == name || field.path.ends_with("." + name))
            return *option + " is no option; fields of the experiment are set by --set "
                   + field.path + "=…";
    return *option + " is no option of this command";
}

} // namespace

void reportWrongUsage(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App* command = &program;
    std::string name = command->get_name();
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().back();
        name += " " + command->get_name();
    }
    std::string text = error.what();
    const auto words = command->remaining();
    if (const auto commands = namesOf(*command); !commands.empty() && words.empty())
        text = "a command is missing; one of: " + join(commands, ", ");
    else if (!commands.empty())
        text = "\"" + words.front() + "\" is no command; " + suggestion(words.front(), commands);
    else if (!words.empty())
        text = unexpected(words);
    std::fprintf(stderr, "%s: %s\nRun \"%s --help\" for more.\n", name.c_str(),
                 oneLine(text).c_str(), name.c_str());
}

} // namespace concertina
