// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/rules.h"

#include <algorithm>
#include <map>
#include <set>

namespace architecture {

namespace {

std::string topFolder(std::string_view path) {
    return std::string(path.substr(0, path.find('/')));
}

bool isProjects(const std::string& target, const std::vector<Module>& modules) {
    const std::string top = topFolder(target);
    return target.find('/') != std::string::npos
           && (top == "tests" || std::ranges::any_of(modules, [&](const Module& module) {
                   return topFolder(module.folder) == top;
               }));
}

bool contains(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

/// What is wrong with one include of a module's file; empty where nothing is.
std::string wrongWith(const Include& include, const SourceFile& file, const Module& module,
                      const SourceTree& tree, const std::vector<Module>& modules) {
    const std::string& target = include.target;
    if (target.empty())
        return "includes what a macro says; name the file";
    if (isProjects(target, modules)) {
        const Module* other = moduleOf(modules, target);
        if (topFolder(target) == "tests" || other == nullptr)
            return "includes " + target + ", which belongs to no module";
        if (other->folder != module.folder && !contains(module.modules, other->folder))
            return "includes " + target + ", but " + module.folder + " may not include "
                   + other->folder;
        return {};
    }
    if (tree.file(file.folder() + "/" + target) != nullptr)
        return "includes " + target + "; write it from the root, " + file.folder() + "/" + target;
    if (target.ends_with(".moc") && contains(module.libraries, "Qt"))
        return {};
    const auto library = libraryOf(target);
    if (!library)
        return "includes " + target + ", of a library that the table does not know";
    if (*library != "std" && !contains(module.libraries, *library))
        return "includes " + target + ", but " + module.folder + " may not include " + *library;
    return {};
}

/// The way from a header to one of LibTorch's, "a.h → b.h → torch/torch.h"; empty: there is none.
std::string wayToTorch(const SourceTree& tree, const std::string& target,
                       std::set<std::string>& seen) {
    if (libraryOf(target) == "LibTorch")
        return target;
    const SourceFile* file = tree.file(target);
    if (file == nullptr || !seen.insert(target).second)
        return {};
    for (const Include& include : file->includes)
        if (const std::string way = wayToTorch(tree, include.target, seen); !way.empty())
            return target + " → " + way;
    return {};
}

/// Walks along includes depth first and reports those that lead back to where it came from.
class CycleFinder {
public:
    explicit CycleFinder(const SourceTree& tree) : m_tree(tree) {}

    Violations violations;

    void visit(const SourceFile& file) {
        if (m_done.contains(file.path))
            return;
        m_way.push_back(file.path);
        for (const Include& include : file.includes) {
            const SourceFile* next = m_tree.file(include.target);
            if (next == nullptr)
                continue;
            const auto before = std::ranges::find(m_way, next->path);
            if (before == m_way.end()) {
                visit(*next);
                continue;
            }
            std::string cycle;
            for (auto step = before; step != m_way.end(); ++step)
                cycle += *step + " → ";
            violations.push_back({file.path, include.line, "closes the circle " + cycle + *before});
        }
        m_way.pop_back();
        m_done.insert(file.path);
    }

private:
    const SourceTree& m_tree;
    std::vector<std::string> m_way;
    std::set<std::string> m_done;
};

bool isTest(const SourceFile& file) {
    return topFolder(file.path) == "tests";
}

/// Code that is not ours to compile: what an export has beside a network.
bool isResource(const SourceFile& file) {
    return file.path.starts_with("resources/exports/");
}

} // namespace

std::string toText(const Violations& violations) {
    std::string text;
    for (const Violation& violation : violations)
        text += violation.file
                + (violation.line > 0 ? ":" + std::to_string(violation.line) : std::string()) + ": "
                + violation.what + "\n";
    return text;
}

Violations checkIncludes(const SourceTree& tree, const std::vector<Module>& modules) {
    Violations violations;
    for (const SourceFile& file : tree.files) {
        if (!file.isCode() || isTest(file) || isResource(file))
            continue;
        const Module* module = moduleOf(modules, file.path);
        if (module == nullptr) {
            violations.push_back({file.path, 0, "is code that belongs to no module"});
            continue;
        }
        for (const Include& include : file.includes)
            if (std::string what = wrongWith(include, file, *module, tree, modules); !what.empty())
                violations.push_back({file.path, include.line, std::move(what)});
    }
    return violations;
}

Violations checkNoTorchBehind(const SourceTree& tree, const std::string& folder) {
    Violations violations;
    for (const SourceFile& file : tree.files) {
        if (!file.path.starts_with(folder + "/"))
            continue;
        for (const Include& include : file.includes) {
            std::set<std::string> seen;
            if (const std::string way = wayToTorch(tree, include.target, seen); !way.empty())
                violations.push_back({file.path, include.line, "reaches LibTorch: " + way});
        }
    }
    return violations;
}

Violations checkCycles(const SourceTree& tree) {
    CycleFinder finder(tree);
    for (const SourceFile& file : tree.files)
        finder.visit(file);
    return std::move(finder.violations);
}

Violations checkTable(const std::vector<Module>& modules) {
    Violations violations;
    const auto nested = [](const std::string& a, const std::string& b) {
        return a.starts_with(b + "/") || b.starts_with(a + "/");
    };
    std::map<std::string, std::set<std::string>> reachable; // by allowed includes
    for (const Module& module : modules)
        for (const std::string& other : module.modules) {
            if (std::ranges::find(modules, other, &Module::folder) == modules.end())
                violations.push_back(
                    {module.folder, 0, "may include " + other + ", which is no module"});
            if (!nested(module.folder, other))
                reachable[module.folder].insert(other);
        }
    for (std::size_t round = 0; round < modules.size(); ++round)
        for (auto& [module, others] : reachable)
            for (const std::string& other : std::set<std::string>(others))
                if (const auto further = reachable.find(other); further != reachable.end())
                    others.insert(further->second.begin(), further->second.end());
    for (const auto& [module, others] : reachable)
        if (others.contains(module))
            violations.push_back({module, 0, "may include itself by way of other modules"});
    return violations;
}

Violations checkTableIsUsed(const SourceTree& tree, const std::vector<Module>& modules) {
    Violations violations;
    std::map<std::string, std::set<std::string>> uses; // modules and libraries, by module
    for (const SourceFile& file : tree.files)
        if (const Module* module = moduleOf(modules, file.path);
            module != nullptr && file.isCode()) {
            std::set<std::string>& used = uses[module->folder];
            for (const Include& include : file.includes) {
                const Module* other = moduleOf(modules, include.target);
                if (isProjects(include.target, modules) && other != nullptr)
                    used.insert(other->folder);
                else
                    used.insert(libraryOf(include.target).value_or(""));
            }
        }
    for (const Module& module : modules) {
        const auto used = uses.find(module.folder);
        if (used == uses.end()) {
            violations.push_back({module.folder, 0, "is a module without a file"});
            continue;
        }
        for (const auto* allowed : {&module.modules, &module.libraries})
            for (const std::string& name : *allowed)
                if (!used->second.contains(name))
                    violations.push_back(
                        {module.folder, 0, "may include " + name + ", which no file of it does"});
    }
    return violations;
}

Violations checkFirstLines(const SourceTree& tree) {
    Violations violations;
    for (const SourceFile& file : tree.files) {
        if (!file.licensed)
            violations.push_back({file.path, 1, "has no SPDX-License-Identifier"});
        if (file.isHeader() && !file.pragmaOnce)
            violations.push_back({file.path, 1, "has no #pragma once"});
    }
    return violations;
}

Violations checkFolders(const SourceTree& tree) {
    const std::set<std::string> vague{"common", "util", "utils", "misc", "helpers"};
    Violations violations;
    for (const std::string& folder : tree.folders)
        if (vague.contains(folder.substr(folder.rfind('/') + 1)))
            violations.push_back({folder, 0, "is a name for anything; say what is in it"});
    return violations;
}

Violations checkSizes(const SourceTree& tree, const std::vector<Exception>& exceptions) {
    Violations violations;
    std::vector<int> uses(exceptions.size(), 0);
    const auto report = [&](const SourceFile& file, const std::string& function, int line,
                            std::string what) {
        bool excused = false;
        for (std::size_t i = 0; i < exceptions.size(); ++i)
            if (exceptions[i].file == file.path && exceptions[i].function == function) {
                ++uses[i];
                excused = true;
            }
        if (!excused)
            violations.push_back({file.path, line, std::move(what)});
    };
    for (const SourceFile& file : tree.files) {
        if (!file.isCode())
            continue;
        if (!file.functions.balanced)
            violations.push_back({file.path, 0, "has a bracket without its other"});
        const int mostCode = isTest(file) ? 200 : 100; // fixtures are code
        if (file.isHeader() ? file.lines > 200 || file.codeLines > mostCode : file.lines > 400)
            report(file, "", 0,
                   "has " + std::to_string(file.lines) + " lines, of these "
                       + std::to_string(file.codeLines) + " of code");
        for (const Function& function : file.functions.functions)
            if (function.lines > 60)
                report(file, function.name, function.line,
                       function.name + " has " + std::to_string(function.lines) + " lines");
    }
    for (std::size_t i = 0; i < exceptions.size(); ++i)
        if (uses[i] == 0 || exceptions[i].reason.empty())
            violations.push_back({exceptions[i].file, 0,
                                  "needs no exception, or has no reason for one: "
                                      + exceptions[i].function});
    return violations;
}

} // namespace architecture
