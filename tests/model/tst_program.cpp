// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/program.h"
#include "tests/model/damaged_json.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <array>
#include <limits>
#include <set>

using namespace concertina;

namespace {

constexpr std::array<int, 3> outputs{13, 1, 3};

Program programWith(const Texts& sharing, const Json& options = Json::object()) {
    ExperimentSpec spec = testSpec();
    spec.network.sharing = sharing;
    spec.network.backbone.options = options;
    return programOf(designNetwork(spec, testCatalogue(), outputs).design);
}

const Instruction& instruction(const Program& program, const std::string& name) {
    for (const Instruction& candidate : program.instructions)
        if (candidate.name == name)
            return candidate;
    qFatal("no instruction %s", name.c_str());
}

Texts tensorsOf(const Program& program, const std::string& name) {
    Texts names;
    for (const int tensor : instruction(program, name).tensors)
        names.push_back(program.tensors[static_cast<std::size_t>(tensor)]);
    return names;
}

/// Image, convolution, pooling, unpooling with its indices, ReLU: a program to be damaged.
Json smallProgram() {
    return parseJson(R"({"instructions": [
        {"op": "input", "name": "image", "inputs": []},
        {"op": "conv", "name": "c", "inputs": ["image"], "tensors": ["k", "b"], "stride": 1,
         "padding": 1, "dilation": 1, "groups": 1},
        {"op": "max_pool", "name": "p", "inputs": ["c"]},
        {"op": "max_unpool", "name": "u", "inputs": ["p", "p"]},
        {"op": "relu", "name": "r", "inputs": ["u"]}],
        "outputs": ["r"]})");
}

} // namespace

class ProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tensorsAreNamedByLayerWhatAndGroup() {
        QCOMPARE(tensorName("dec3.1", "M", 0b110, {"segmentation", "depth", "normal"}),
                 std::string("dec3.1/M/depth+normal"));
    }

    void normsNameGroupsForParametersAndNodesForStatistics() {
        const Program program = programWith({"enc1.1: separate"});
        QCOMPARE(tensorsOf(program, "enc1.1.conv/depth"),
                 (Texts{"enc1.1/kernel/depth", "enc1.1/bias/depth"}));
        // enc2.1 is one kernel and one norm, but runs for each task: its statistics are apart.
        QCOMPARE(tensorsOf(program, "enc2.1.conv/depth"),
                 (Texts{"enc2.1/kernel/segmentation+depth+normal",
                        "enc2.1/bias/segmentation+depth+normal"}));
        QCOMPARE(tensorsOf(program, "enc2.1.norm/depth"),
                 (Texts{"enc2.1/norm.weight/segmentation+depth+normal",
                        "enc2.1/norm.bias/segmentation+depth+normal", "enc2.1/norm.mean/depth",
                        "enc2.1/norm.var/depth"}));
        QCOMPARE(tensorsOf(program, "head.depth.1.conv/depth"),
                 (Texts{"head.depth.1/kernel/depth", "head.depth.1/bias/depth"}));
    }

    void everyExecutedNodeIsAnInstructionWithANameOfItsOwn() {
        const Program program = programWith({"enc2.1: separate", "dec1.1: merged"});
        std::set<std::string> names;
        for (std::size_t i = 0; i < program.instructions.size(); ++i) {
            QVERIFY(names.insert(program.instructions[i].name).second);
            for (const int input : program.instructions[i].inputs)
                QVERIFY(input < static_cast<int>(i));
        }
        QCOMPARE(program.outputs.size(), std::size_t{3});
        QCOMPARE(program.instructions.front().op, Op::Input);
        QVERIFY(instruction(program, "enc1.1.conv/segmentation+depth+normal").attributes
                == Attributes(Convolving{.padding = 1}));
        QCOMPARE(std::set<std::string>(program.tensors.begin(), program.tensors.end()).size(),
                 program.tensors.size());
    }

    void programsComeBackFromJson() {
        for (const std::string decoder : {"unpool", "concat"})
            for (const Texts& sharing : {Texts{"*: tied"}, Texts{"*: merged"}, Texts{"*: separate"},
                                         Texts{"dec*: factors shared"},
                                         Texts{"enc2.1: norm {segmentation} | {depth, normal}"}}) {
                const Program program = programWith(sharing, {{"decoder", decoder}});
                const auto back = programFromJson(parseJson(jsonText(toJson(program))));
                QVERIFY(back);
                QVERIFY(*back == program);
            }
    }

    void convolutionsKeepTheirGeometry() {
        Json json = smallProgram();
        json["instructions"][1]["stride"] = 2;
        json["instructions"][1]["dilation"] = 3;
        json["instructions"][1]["groups"] = 4;
        json["instructions"][1]["padding"] = 0;
        const auto program = programFromJson(json);
        QVERIFY(program);
        const Instruction& conv = program->instructions[1];
        QVERIFY(conv.attributes
                == Attributes(Convolving{.stride = 2, .padding = 0, .dilation = 3, .groups = 4}));
        QVERIFY(programFromJson(toJson(*program)) == *program);
    }

    void everyOperationComesBackFromJson() {
        const Json json = parseJson(R"({"instructions": [
            {"op": "input", "name": "image", "inputs": []},
            {"op": "conv", "name": "c", "inputs": ["image"], "tensors": ["k"], "stride": 2,
             "padding": 1, "dilation": 1, "groups": 1},
            {"op": "relu6", "name": "r", "inputs": ["c"]},
            {"op": "hard_swish", "name": "h", "inputs": ["r"]},
            {"op": "sigmoid", "name": "s", "inputs": ["h"]},
            {"op": "max_pool", "name": "m", "inputs": ["s"], "window": 3, "padding": 1},
            {"op": "average_pool", "name": "a", "inputs": ["s"], "stride": 3},
            {"op": "global_pool", "name": "g", "inputs": ["m"]},
            {"op": "upsample", "name": "n", "inputs": ["g", "s"], "by": "nearest"},
            {"op": "upsample", "name": "b", "inputs": ["g", "s"]},
            {"op": "add", "name": "sum", "inputs": ["n", "b", "s"]}],
            "outputs": ["sum"]})");
        const auto program = programFromJson(json);
        QVERIFY(program);
        const auto attributes = [&](const char* name) {
            return instruction(*program, name).attributes;
        };
        QVERIFY(attributes("m") == Attributes(Pooling{.size = 3, .stride = 2, .padding = 1}));
        QVERIFY(attributes("a") == Attributes(Pooling{.size = 2, .stride = 3}));
        QVERIFY(attributes("n") == Attributes(Interpolation::Nearest));
        QVERIFY(attributes("b") == Attributes(Interpolation::Bilinear));
        QCOMPARE(jsonText(toJson(*program)), jsonText(json));
        for (const auto& [pointer, value] : {std::pair{"/instructions/5/window", "0"},
                                             {"/instructions/5/padding", "2"},
                                             {"/instructions/5/window", "\"3\""},
                                             {"/instructions/6/stride", "-1"},
                                             {"/instructions/8/by", "\"cubic\""},
                                             {"/instructions/8/by", "1"}}) {
            Json damaged = json;
            damaged[Json::json_pointer(pointer)] = parseJson(value);
            const auto refused = programFromJson(damaged);
            QVERIFY(!refused);
            QVERIFY(("/" + refused.error().path).find("instructions") == 1);
        }
        for (const Json& damaged : damagedVersions(json))
            if (const auto read = programFromJson(damaged))
                QVERIFY(programFromJson(toJson(*read)) == *read);
    }

    void whatProgramsOfBeforeCanReadIsWrittenAsTheyWroteIt() {
        const Program before = programWith({"*: separate"});
        QVERIFY(!needsLaterReader(before));
        for (const Json& item : toJson(before)["instructions"])
            for (const char* key : {"window", "by"})
                QVERIFY(!item.contains(key));
        Json json = smallProgram();
        QVERIFY(!needsLaterReader(*programFromJson(json)));
        json["instructions"][2]["padding"] = 1;
        QVERIFY(needsLaterReader(*programFromJson(json)));
        json = smallProgram();
        json["instructions"][4]["op"] = "sigmoid";
        QVERIFY(needsLaterReader(*programFromJson(json)));
        json = smallProgram();
        json["instructions"][1]["tensors"] = {"k"};
        QVERIFY(needsLaterReader(*programFromJson(json)));
    }

    void aTasksPartHoldsWhatItsOutputNeedsAndNothingElse() {
        const auto program = programFromJson(parseJson(R"({"instructions": [
            {"op": "input", "name": "image"},
            {"op": "relu", "name": "both", "inputs": ["image"]},
            {"op": "relu", "name": "a", "inputs": ["both"]},
            {"op": "relu", "name": "unread", "inputs": ["a"]},
            {"op": "concat", "name": "b", "inputs": ["both", "image"]}],
            "outputs": ["a", "b"]})"));
        QVERIFY(program);
        QCOMPARE(tasksServed(*program), (std::vector<TaskSet>{3, 3, 1, 0, 2}));
        const Program part = programFor(*program, taskBit(1));
        QCOMPARE(part.instructions.size(), 3U);
        QCOMPARE(part.instructions[2].name, std::string("b"));
        QCOMPARE(part.instructions[2].inputs, (std::vector<int>{1, 0}));
        QCOMPARE(part.outputs, std::vector<int>{2});
        QCOMPARE(part.tensors, program->tensors);
    }

    void lastUsesShowWhenAValueMayGo() {
        const auto program = programFromJson(parseJson(R"({"instructions": [
            {"op": "input", "name": "image"},
            {"op": "relu", "name": "a", "inputs": ["image"]},
            {"op": "relu", "name": "unread", "inputs": ["a"]},
            {"op": "concat", "name": "c", "inputs": ["a", "image"]},
            {"op": "relu", "name": "d", "inputs": ["c"]}], "outputs": ["c", "d"]})"));
        QVERIFY(program);
        const int lives = std::numeric_limits<int>::max();
        QCOMPARE(lastUses(*program), (std::vector<int>{3, 3, 2, lives, lives}));
    }

    void damagedProgramsNameThePlace_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("path");
        const auto row = [](const char* name, const char* pointer, const char* value,
                            const char* path) {
            QTest::newRow(name) << QString(pointer) << QByteArray(value) << QString(path);
        };
        row("unknown op", "/instructions/1/op", "\"conv3d\"", "instructions.1");
        row("name twice", "/instructions/2/name", "\"c\"", "instructions.2");
        row("empty name", "/instructions/2/name", "\"\"", "instructions.2");
        row("itself as input", "/instructions/1/inputs", "[\"c\"]", "instructions.1");
        row("forward reference", "/instructions/1/inputs", "[\"p\"]", "instructions.1");
        row("unknown input", "/instructions/4/inputs", "[\"x\"]", "instructions.4");
        row("number as input", "/instructions/4/inputs", "[3]", "instructions.4");
        row("inputs as a text", "/instructions/4/inputs", "\"u\"", "instructions.4.inputs");
        row("inputs as an object", "/instructions/4/inputs", "{\"a\": \"u\"}",
            "instructions.4.inputs");
        row("two inputs of a ReLU", "/instructions/4/inputs", "[\"u\", \"p\"]", "instructions.4");
        row("no input", "/instructions/4/inputs", "[]", "instructions.4");
        row("no tensor of a convolution", "/instructions/1/tensors", "[]", "instructions.1");
        row("three tensors", "/instructions/1/tensors", "[\"k\", \"b\", \"x\"]", "instructions.1");
        row("a tensor for a ReLU", "/instructions/4/tensors", "[\"k\"]", "instructions.4");
        row("a number as tensor", "/instructions/1/tensors", "[\"k\", 1]", "instructions.1");
        row("tensors as a text", "/instructions/1/tensors", "\"k\"", "instructions.1.tensors");
        row("unpooling without indices", "/instructions/3/inputs", "[\"p\"]", "instructions.3");
        row("indices of no pooling", "/instructions/3/inputs", "[\"p\", \"c\"]", "instructions.3");
        row("a second image", "/instructions/4", "{\"op\": \"input\", \"name\": \"r\"}",
            "instructions.4");
        row("stride zero", "/instructions/1/stride", "0", "instructions.1.stride");
        row("negative padding", "/instructions/1/padding", "-1", "instructions.1.padding");
        row("huge dilation", "/instructions/1/dilation", "4294967297", "instructions.1.dilation");
        row("groups as a text", "/instructions/1/groups", "\"1\"", "instructions.1.groups");
        row("half a stride", "/instructions/1/stride", "1.5", "instructions.1.stride");
        row("unknown output", "/outputs", "[\"x\"]", "outputs");
        row("no output", "/outputs", "[]", "outputs");
        row("outputs as a text", "/outputs", "\"r\"", "outputs");
        row("no instruction", "/instructions", "[]", "instructions");
        row("instructions as an object", "/instructions", "{}", "instructions");
        row("an instruction that is a text", "/instructions/0", "\"input\"", "instructions.0");
        row("no image", "/instructions/0/op", "\"concat\"", "instructions.0");
    }

    void damagedProgramsNameThePlace() {
        QFETCH(QString, pointer);
        QFETCH(QByteArray, value);
        QFETCH(QString, path);
        Json json = smallProgram();
        QVERIFY(programFromJson(json));
        json[Json::json_pointer(pointer.toStdString())] = parseJson(value.toStdString());
        const auto program = programFromJson(json);
        QVERIFY(!program);
        QCOMPARE(program.error().code, std::string("program.json"));
        QCOMPARE(program.error().path, path.toStdString());
        QVERIFY(!program.error().found.empty() && !program.error().expected.empty());
    }

    void wrongTypesAnywhereAreRefusedOrReadAsSomethingWhole() {
        int refused = 0;
        const Program small =
            programWith({"dec1.1: norm {segmentation} | {depth, normal}"}, {{"stages", 1}});
        for (const Json& damaged : damagedVersions(toJson(small))) {
            const auto program = programFromJson(damaged);
            refused += program ? 0 : 1;
            if (!program) {
                QCOMPARE(program.error().code, std::string("program.json"));
                continue;
            }
            QVERIFY(programFromJson(toJson(*program)) == *program);
            QCOMPARE(lastUses(*program).size(), program->instructions.size());
        }
        QVERIFY(refused > 1000);
    }
};

QTEST_APPLESS_MAIN(ProgramTest)
#include "tst_program.moc"
