// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table_dataset.h"

#include "core/data/folder_dataset.h"
#include "core/data/large_file.h"
#include "core/data/table_layout.h"
#include "core/tensor/sha256.h"
#include "core/values/random.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostRowProblems = 50;

/// What a table's options and header say.
struct TablePlan {
    std::size_t image = 0;
    std::optional<std::size_t> split;
    std::vector<TableColumn> targets;
};

Expected<std::string> readTableText(const fs::path& path) {
    std::error_code error;
    std::ifstream stream;
    if (fs::is_regular_file(path, error))
        stream.open(path, std::ios::binary);
    if (!stream.is_open())
        return failure({"dataset.missing", path.string(), "no such file, or one that can't be read",
                        "a table, .csv", ""});
    if (const auto size = fs::file_size(path, error); size > LargestCsv)
        return failure({"csv.large", path.string(), bytesText(static_cast<double>(size)),
                        "a table of at most " + bytesText(LargestCsv), ""});
    return std::string{std::istreambuf_iterator<char>(stream), {}};
}

tl::expected<TablePlan, Problems> planOf(const CsvTable& table, const fs::path& path,
                                         const Json& options) {
    const std::string image = options["image"].get<std::string>();
    const std::string split = options["split"].get<std::string>();
    const auto imageColumn = table.column(image);
    if (!imageColumn)
        return tl::unexpected(Problems{
            {"table.column", path.string(), "no column \"" + shortened(image, 60) + "\"",
             "a column with the pictures' files",
             "data.dataset.options.image says which it is; " + suggestion(image, table.header)}});
    TablePlan plan{.image = *imageColumn, .split = table.column(split), .targets = {}};
    Problems problems;
    for (const Json& line : options["targets"])
        if (auto target = tableTarget(line.get<std::string>(), table))
            plan.targets.push_back(std::move(*target));
        else
            problems.push_back(target.error());
    if (options["targets"].empty()) {
        std::vector<std::size_t> others{plan.image};
        if (plan.split)
            others.push_back(*plan.split);
        plan.targets = guessedTargets(table, path.parent_path(), others);
        if (plan.targets.empty())
            problems.push_back({"table.targets", path.string(),
                                "no column that shows what it holds",
                                "PNG or .npy files, classes or numbers in a column",
                                "data.dataset.options.targets says what columns are, for example "
                                "\"depth: uint16 scale=0.001 invalid=0\""});
    }
    if (!problems.empty())
        return tl::unexpected(std::move(problems));
    return plan;
}

/// The rows of each split: by its column, else a share of them by a hash of seed and picture, which
/// does not depend on their order.
Expected<std::vector<std::pair<std::string, std::vector<std::size_t>>>>
splitsOf(const CsvTable& table, const fs::path& path, const TablePlan& plan, const Json& options) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> splits;
    if (plan.split) {
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            const std::string& name = table.rows[r].cells[*plan.split];
            if (name.empty())
                return failure({"table.split",
                                path.string() + ": line " + std::to_string(table.rows[r].line),
                                "no split", "a name, such as train or val", ""});
            const auto known =
                std::ranges::find(splits, name, [](const auto& some) { return some.first; });
            if (known != splits.end())
                known->second.push_back(r);
            else
                splits.push_back({name, {r}});
        }
        return splits;
    }
    const auto seed = static_cast<std::uint64_t>(options["split_seed"].get<std::int64_t>());
    std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        std::uint64_t hash = 14695981039346656037U; // FNV-1a
        for (const char letter : table.rows[r].cells[plan.image])
            hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
        drawn.emplace_back(Random{seed, hash}.next(), r);
    }
    std::ranges::sort(drawn);
    const auto count = static_cast<std::size_t>(std::max(
        1.0, std::round(options["val_share"].get<double>() * static_cast<double>(drawn.size()))));
    if (drawn.size() < 2)
        return failure({"table.split", path.string(), "one row",
                        "at least two, one to train on and one to check with", ""});
    splits = {{"train", {}}, {"val", {}}};
    for (std::size_t i = 0; i < drawn.size(); ++i)
        splits[i < std::min(count, drawn.size() - 1) ? 1 : 0].second.push_back(drawn[i].second);
    for (auto& [name, rows] : splits)
        std::ranges::sort(rows);
    return splits;
}

/// Lists the files that the rows name, and reports those that are not there.
class TableFiles {
public:
    TableFiles(const fs::path& path, const CsvTable& table) : m_path(path), m_table(table) {}

    FolderScan scan;

    std::vector<FolderSample> samples(const std::vector<std::size_t>& rows, const TablePlan& plan) {
        std::vector<FolderSample> samples;
        for (const std::size_t r : rows) {
            const CsvTable::Row& row = m_table.rows[r];
            FolderSample& sample = samples.emplace_back();
            sample.id = validUtf8(row.cells[plan.image]);
            sample.image = file(row, plan.image, true);
            for (const TableColumn& column : plan.targets) {
                const bool isFile = column.target.kind->isPlane();
                sample.targets.push_back(isFile ? file(row, column.columns.front(), false) : "");
                sample.planes.push_back(isFile ? TargetPlane() : cells(row, column));
            }
        }
        return samples;
    }

    void finish(std::string_view text) {
        Sha256 sum;
        sum.add(text);
        for (auto& [name, facts] : m_files) {
            sum.add(name + ":" + std::to_string(facts.bytes) + "\n");
            scan.files.push_back(std::move(facts));
        }
        scan.fingerprint = sum.finish();
    }

private:
    void report(const CsvTable::Row& row, std::size_t column, Problem problem) {
        problem.path = m_path.string() + ": line " + std::to_string(row.line) + ", column "
                       + m_table.header[column];
        if (scan.problems.size() < mostRowProblems)
            scan.problems.push_back(std::move(problem));
    }

    TargetPlane cells(const CsvTable::Row& row, const TableColumn& column) {
        std::vector<std::string> cells;
        for (const std::size_t at : column.columns)
            cells.push_back(row.cells[at]);
        auto plane = planeOfCells(column.target, cells, column.isList);
        if (!plane)
            report(row, column.columns.front(), plane.error());
        return plane ? std::move(*plane) : TargetPlane();
    }

    std::string file(const CsvTable::Row& row, std::size_t column, bool needed) {
        const std::string& name = row.cells[column];
        const auto problem = [&](std::string found, std::string expected) {
            report(row, column, {"table.file", "", std::move(found), std::move(expected), ""});
        };
        if (name.empty()) {
            if (needed)
                problem("nothing", "a picture's file");
            return name;
        }
        if (m_files.contains(name))
            return name;
        if (auto facts = factsOfFile(m_path.parent_path() / name, validUtf8(name)))
            m_files.emplace(name, std::move(*facts));
        else
            problem("\"" + shortened(name, 120) + "\", which is no file",
                    "a file, by its path from the table's folder");
        return name;
    }

    const fs::path& m_path;
    const CsvTable& m_table;
    std::map<std::string, FileFacts> m_files;
};

OpenedDataset openTable(const Json& options, const DataWatch& watch) {
    const fs::path path = options["path"].get<std::string>();
    const auto refused = [](Problem problem) {
        return tl::unexpected(Problems{std::move(problem)});
    };
    if (path.empty())
        return refused({"dataset.path", "data.dataset.options.path", "no file", "a table, .csv",
                        "on the command line: --data FILE"});
    const auto text = readTableText(path);
    if (!text)
        return refused(text.error());
    auto table = readCsv(*text);
    if (!table) {
        Problem problem = table.error();
        problem.path = path.string() + (problem.path.empty() ? "" : ": " + problem.path);
        return refused(std::move(problem));
    }
    auto plan = planOf(*table, path, options);
    if (!plan)
        return tl::unexpected(std::move(plan.error()));
    const auto splits = splitsOf(*table, path, *plan, options);
    if (!splits)
        return refused(splits.error());
    FolderLayout layout{.name = path.stem().string(),
                        .classesHint = "see data.dataset.options.targets, \"classes\" and "
                                       "\"ignore\""};
    for (const TableColumn& column : plan->targets)
        layout.targets.push_back(column.target);
    TableFiles files(path, *table);
    for (const auto& [name, rows] : *splits) {
        layout.splits.emplace_back(name, "");
        files.scan.splits.push_back(files.samples(rows, *plan));
    }
    const std::string name = validUtf8(path.filename().string());
    std::string targets;
    for (const TableColumn& column : plan->targets)
        targets += toText(column, *table) + "\n";
    files.finish(*text + targets);
    if (auto facts = factsOfFile(path, name))
        files.scan.files.push_back(std::move(*facts));
    auto dataset = FolderDataset::make(path.parent_path(), std::move(layout), std::move(files.scan),
                                       watch, {.reduced = options["reduced"].get<bool>()});
    if (!dataset)
        return tl::unexpected(std::move(dataset.error()));
    if (watch.files)
        watch.files->read(name, std::as_bytes(std::span(*text)));
    return std::move(*dataset);
}

std::vector<FieldInfo> tableOptions() {
    return {{.path = "path",
             .type = FieldType::File,
             .defaultValue = "",
             .choices = {".csv"},
             .label = "File",
             .help = "A table with a row a sample; its files are given by their paths from it."},
            {.path = "image",
             .type = FieldType::Text,
             .defaultValue = "image",
             .label = "Column of pictures",
             .help = "The name of the column that names each sample's picture."},
            {.path = "targets",
             .type = FieldType::Texts,
             .defaultValue = Json::array(),
             .label = "Targets",
             .help = "What columns hold, a line each: \"segmentation: index8 classes=13 ignore=255 "
                     "column=label\", \"depth: uint16 scale=0.001 invalid=0\", \"room: label\", "
                     "\"tags: presence\", \"size: values columns=area,height\". None: what they "
                     "show."},
            {.path = "split",
             .type = FieldType::Text,
             .defaultValue = "split",
             .label = "Column of splits",
             .help = "The name of the column that says which split a sample is of; without such a "
                     "column a share of the rows is held back."},
            {.path = "val_share",
             .type = FieldType::Real,
             .defaultValue = 0.2,
             .minimum = 0.001,
             .maximum = 0.9,
             .label = "Share held back",
             .help = "Which part of the rows is \"val\" where no column says it."},
            {.path = "split_seed",
             .type = FieldType::Integer,
             .defaultValue = 0,
             .minimum = 0,
             .maximum = LargestInteger,
             .label = "Seed of the split",
             .help = "Which rows these are; they do not depend on the rows' order.",
             .advanced = true},
            reducedOption()};
}

} // namespace

const DatasetEntry& tableDataset() {
    static const DatasetEntry entry{
        {{.id = "table",
          .label = "table (.csv)",
          .help =
              "A table with a row a sample: a column names its picture, others the files of its "
              "targets, one may say which split it is of. Files are pictures or arrays of "
              "NumPy's; cells may be empty where a sample lacks a target.",
          .source = "own; help page \"Data\"",
          .options = tableOptions()}},
        openTable};
    return entry;
}

} // namespace concertina
