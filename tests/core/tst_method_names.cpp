// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"

#include <QDirIterator>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace concertina;

// Nothing asks for a method by its name: the catalogue says which there are, and flags what they
// are. A source that names one is a door that the next method does not fit through.

namespace {

struct Literal {
    int line = 0;
    std::string text;
};

/// The texts in quotes of a source, without those in comments.
std::vector<Literal> literalsIn(std::string_view text) {
    std::vector<Literal> found;
    int line = 1;
    std::size_t i = 0;
    const auto pass = [&](std::size_t end) {
        end = std::min(end, text.size());
        line += static_cast<int>(std::ranges::count(text.substr(i, end - i), '\n'));
        i = end;
    };
    const auto behind = [&](std::string_view end, std::size_t from) {
        const auto at = text.find(end, from);
        return at == std::string_view::npos ? text.size() : at + end.size();
    };
    while (i < text.size()) {
        const std::string_view rest = text.substr(i);
        if (rest.starts_with("//")) {
            pass(behind("\n", i));
        } else if (rest.starts_with("/*")) {
            pass(behind("*/", i + 2));
        } else if (rest.starts_with("R\"")) {
            const auto open = text.find('(', i);
            const std::string end = ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"";
            pass(behind(end, open));
        } else if (rest.front() == '"' || rest.front() == '\'') {
            std::size_t end = i + 1;
            while (end < text.size() && text[end] != rest.front())
                end += text[end] == '\\' ? 2 : 1;
            if (rest.front() == '"')
                found.push_back({line, std::string(text.substr(i + 1, end - i - 1))});
            // A ' between digits or letters is none that opens.
            const bool separator = rest.front() == '\'' && i > 0
                                   && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0;
            pass(separator ? i + 1 : end + 1);
        } else {
            pass(i + 1);
        }
    }
    return found;
}

/// Words that are also something else, and where. A folder ends in '/'; "" is everywhere.
struct Homonym {
    std::string id;
    std::string place;
    const char* meaning;
};

const std::vector<Homonym> homonyms{
    {"step", "", "a step of training, in records, files and axes"},
    {"cosine", "app/cli/conflict_command.cpp", "of two gradients"},
    {"cosine", "core/model/suggest_plan.cpp", "of two gradients"},
    {"equal", "ui/compare/", "of two classes"},
    {"equal", "core/model/network_difference_text.cpp", "of two tensors"},
    {"torchscript", "core/runners/torchscript.cpp", "a runner"},
    {"depth", "core/parametrizations/factored.cpp", "an option: how many factors"},
    {"segmentation", "core/data/guess_words.cpp", "a word in names of files"},
    {"depth", "core/data/guess_words.cpp", "a word in names of files"},
    {"normal", "core/data/guess_words.cpp", "a word in names of files"},
    {"segmentation", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"depth", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"normal", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"classification", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"presence", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"regression", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"detection", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"detection", "core/values/targets/", "the name of a target"},
    {"keypoints", "core/data/rooms/rooms_dataset.cpp", "the name of a target"},
    {"keypoints", "core/values/targets/", "the name of a target"},
    {"keypoints", "core/data/guess_words.cpp", "a word in names of files"},
    {"keypoints", "core/data/coco/", "a key of COCO's: points of an annotation or category"},
    {"plain", "core/model/heads.cpp", "a choice of an option: a task's head"},
    {"segmentation", "core/values/targets/", "the name of a target"},
    {"depth", "core/values/targets/", "the name of a target"},
    {"normal", "core/values/targets/", "the name of a target"},
    {"inverse-depth", "core/values/targets/", "the name of a target"},
    {"classification", "core/values/targets/", "the name of a target"},
    {"presence", "core/values/targets/", "the name of a target"},
    {"regression", "core/values/targets/", "the name of a target"},
    {"presence", "core/data/dataset_json.cpp", "how a target is stored"},
    {"table", "core/data/dataset_json.cpp", "a key: where such targets stand"},
    {"segmentation", "core/data/coco/", "a key of COCO's: an annotation's mask"},
    {"depth", "core/data/mtan_dataset.cpp", "the name of a folder"},
    {"normal", "core/data/mtan_dataset.cpp", "the name of a folder"},
    {"folder", "widgets/forms/field_editor.cpp", "an icon"},
    {"table", "app/cli/command_line.cpp", "a command"},
    {"table", "core/data/rooms/rooms_dataset.cpp", "a piece of furniture"},
    {"plain", "core/parametrizations/expand.cpp", "a choice of an option: where it starts"},
    {"plain", "core/parametrizations/repvgg.cpp", "a choice of an option: where it starts"},
    {"chain", "core/parametrizations/expand.cpp", "a choice of an option: of larger kernels"},
};

/// Where every method may be named: once, as what a spec has by default; and under former names.
const std::set<std::string> places{"core/values/usual_methods.h", "core/values/old_keys.cpp"};

/// The tables, by the folder whose methods they list.
const std::map<std::string, std::string> tables{
    {"core/data/", "datasets.cpp"},         {"core/tasks/", "tasks.cpp"},
    {"core/backbones/", "backbones.cpp"},   {"core/parametrizations/", "parametrizations.cpp"},
    {"core/optimizers/", "optimizers.cpp"}, {"core/balancing/", "balancings.cpp"},
    {"core/exports/", "exports.cpp"},
};

std::string bytesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read", qPrintable(path));
    return file.readAll().toStdString();
}

/// Whether a source is the method's own file, or its folder's table.
bool isOwn(const std::string& path, const std::string& text, const std::string& id) {
    for (const auto& [folder, table] : tables)
        if (path.starts_with(folder))
            return path == folder + table || text.find("id = \"" + id + "\"") != std::string::npos;
    return false;
}

const Homonym* homonymAt(const std::string& path, const std::string& id) {
    const auto found = std::ranges::find_if(homonyms, [&](const Homonym& homonym) {
        return homonym.id == id
               && (homonym.place.empty() || homonym.place.ends_with('/')
                       ? path.starts_with(homonym.place)
                       : path == homonym.place);
    });
    return found == homonyms.end() ? nullptr : &*found;
}

} // namespace

class MethodNamesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void quotedTextsAreFound() {
        std::string found;
        for (const Literal& literal : literalsIn("a(\"x\"); // \"no\"\n/* \"no\" */ c = '\"';\n"
                                                 "R\"(\"no\")\" \"y\\\"z\" 1'000 \"last\""))
            found += std::to_string(literal.line) + literal.text + " ";
        QCOMPARE(found, std::string("1x 3y\\\"z 3last "));
    }

    void noSourceNamesAMethod() {
        std::set<std::string> ids;
        for (const Family family : AllFamilies)
            for (const std::string& id : catalogue().ids(family))
                ids.insert(id);
        std::set<const Homonym*> met;
        QStringList named;
        const QString root = QStringLiteral(CONCERTINA_SOURCE_DIR "/");
        for (const char* folder : {"core", "db", "widgets", "ui", "app"}) {
            QDirIterator files(root + QLatin1String(folder), {"*.cpp", "*.h"}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QString file = files.next();
                const std::string path = file.mid(root.size()).toStdString();
                const std::string text = bytesOf(file);
                if (places.contains(path))
                    continue;
                for (const Literal& literal : literalsIn(text)) {
                    if (!ids.contains(literal.text) || isOwn(path, text, literal.text))
                        continue;
                    if (const Homonym* homonym = homonymAt(path, literal.text))
                        met.insert(homonym);
                    else
                        named << QStringLiteral("%1:%2: %3")
                                     .arg(QString::fromStdString(path))
                                     .arg(literal.line)
                                     .arg(QString::fromStdString(literal.text));
                }
            }
        }
        QVERIFY2(named.isEmpty(), qPrintable("\n" + named.join('\n')));
        for (const Homonym& homonym : homonyms)
            QVERIFY2(met.contains(&homonym),
                     (homonym.id + " is no other word in " + homonym.place + " any more").c_str());
    }
};

QTEST_GUILESS_MAIN(MethodNamesTest)
#include "tst_method_names.moc"
