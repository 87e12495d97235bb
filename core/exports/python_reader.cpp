// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/python_reader.h"

#include "core/values/text.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <vector>

namespace concertina {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::minutes(2);

/// What arrives until the other side closes or time is over; whether it closed.
bool readAll(int from, std::string& text) {
    const auto end = Clock::now() + patience;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd waiting{from, POLLIN, 0};
        if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) == 0)
            return false;
        std::array<char, 4096> bytes{};
        const ssize_t count = read(from, bytes.data(), bytes.size());
        if (count <= 0)
            return true;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

/// Runs a program, which writes to `to` as its standard error; its process, or −1.
pid_t started(std::vector<std::string>& words, const std::array<int, 2>& pipe) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t process = -1;
    if (posix_spawnp(&process, pointers[0], &actions, nullptr, pointers.data(), environ) != 0)
        process = -1;
    posix_spawn_file_actions_destroy(&actions);
    return process;
}

std::string lastLine(const std::string& text) {
    const std::string_view whole = trimmed(text);
    const auto line = whole.rfind('\n');
    return shortened(whole.substr(line == std::string_view::npos ? 0 : line + 1), 200);
}

/// Empty where it went well, else why it did not.
std::string ran(std::vector<std::string> words) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0)
        return "no pipe could be made";
    const pid_t process = started(words, pipe);
    close(pipe[1]);
    std::string text;
    const bool ended = process < 0 || readAll(pipe[0], text);
    close(pipe[0]);
    if (process < 0)
        return words.front() + " is not here";
    if (!ended)
        kill(process, SIGKILL);
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    if (!ended)
        return "it did not end within two minutes";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    return text.empty() ? "it crashed" : lastLine(text);
}

} // namespace

Expected<void> runPython(std::string_view script, std::span<const std::string> arguments) {
    std::string why;
    for (const char* python : {"python3", "/usr/bin/python3"}) {
        std::vector<std::string> words{python, "-c", std::string(script)};
        words.insert(words.end(), arguments.begin(), arguments.end());
        why = ran(std::move(words));
        if (!why.starts_with("ModuleNotFoundError"))
            break;
    }
    if (why.empty())
        return {};
    return failure({"reader.python", "", why, "python3 that runs the script", ""});
}

} // namespace concertina
