// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_dataset.h"
#include "core/data/guess_words.h"
#include "tests/core/guess_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace fs = std::filesystem;

namespace {

/// What must be right of every guess: the format takes it, and reads every file as it says.
void opens(const DatasetGuess& guess) {
    const auto written = writeLayout(guess);
    QVERIFY2(written.has_value(), written ? "" : toText(written.error()).c_str());
    const auto dataset = FolderDataset::open(guess.folder);
    QVERIFY2(dataset.has_value(), dataset ? "" : toText(dataset.error()).c_str());
    const DatasetDescription& is = (*dataset)->description();
    QCOMPARE(is.splits.size(), guess.splits.size());
    for (std::size_t s = 0; s < is.splits.size(); ++s) {
        QCOMPARE(is.splits[s].name, guess.splits[s].name);
        QCOMPARE(is.splits[s].size, guess.splits[s].samples);
        for (int i = 0; i < is.splits[s].size; ++i)
            QCOMPARE((*dataset)->storedSample(is.splits[s].name, i).problems, Problems{});
    }
    for (std::size_t t = 0; t < is.targets.size(); ++t) {
        int samples = 0;
        for (const SplitInfo& split : is.splits)
            samples += split.targetCounts[t];
        const auto found =
            std::ranges::find(guess.targets, is.targets[t].name, &GuessedTarget::name);
        QVERIFY(found != guess.targets.end());
        QCOMPARE(samples, found->samples);
    }
}

const GuessedTarget& targetOf(const DatasetGuess& guess, std::string_view name) {
    const auto found = std::ranges::find(guess.targets, name, &GuessedTarget::name);
    if (found == guess.targets.end())
        qFatal("no target %s", std::string(name).c_str());
    return *found;
}

bool says(const DatasetGuess& guess, const std::string& part) {
    return std::ranges::any_of(guess.remarks, [&](const std::string& remark) {
        return remark.find(part) != std::string::npos;
    });
}

std::string codeOf(const Expected<DatasetGuess>& guess) {
    return guess ? "a guess" : guess.error().code;
}

} // namespace

class GuessDatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foldersOfEachSplitAreRead() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("labels/", ".png", grey([](int i) { return i == 0 ? 255 : i % 5; }));
        place.writeAll("depth/", ".png", grey([](int i) { return i == 0 ? 0 : 2000 + i; }, 16));
        place.writeAll("normals/", ".png", directions());
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->image, std::string("images/{id}.png"));
        QCOMPARE(guess->splits.size(), std::size_t{2});
        QCOMPARE(guess->splits[0].samples, 5);
        const GuessedTarget& classes = targetOf(*guess, "segmentation");
        QCOMPARE(classes.encoding, std::string("index8"));
        QCOMPARE(classes.classes, 5);
        QCOMPARE(classes.ignore, 255);
        const GuessedTarget& depth = targetOf(*guess, "depth");
        QCOMPARE(depth.encoding, std::string("uint16"));
        QCOMPARE(depth.scale, 0.001);
        QCOMPARE(*depth.invalid, 0.0);
        QVERIFY(says(*guess, "the median is 2.0"));
        QCOMPARE(targetOf(*guess, "normal").encoding, std::string("rgb8"));
        opens(*guess);
    }

    void wordsInNamesAreRead() {
        const Place place;
        for (int i = 0; i < 4; ++i) {
            const std::string id = "0" + std::to_string(i);
            place.write(id + "_rgb.png", photo());
            place.write(id + "_label.png", label());
            place.write("depth_" + id + ".npy",
                        npy<float>("<f4", std::vector<float>(guessSide * guessSide, 1.5F)));
        }
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->image, std::string("{id}_rgb.png"));
        QCOMPARE(targetOf(*guess, "segmentation").path, std::string("{id}_label.png"));
        QCOMPARE(targetOf(*guess, "depth").path, std::string("depth_{id}.npy"));
        QCOMPARE(targetOf(*guess, "depth").encoding, std::string("float32"));
        QCOMPARE(targetOf(*guess, "depth").scale, 1.0);
        QVERIFY(says(*guess, "one split alone"));
        opens(*guess);
    }

    void partsOfNamesAreCut() {
        const auto cut = [](const char* stem) {
            const NameParts parts = partsOfName(stem);
            return parts.before + "|" + parts.id + "|" + parts.after;
        };
        QCOMPARE(cut("0001"), std::string("|0001|"));
        QCOMPARE(cut("0001_label"), std::string("|0001|_label"));
        QCOMPARE(cut("aachen_0_leftImg8bit"), std::string("|aachen_0|_leftImg8bit"));
        QCOMPARE(cut("aachen_0_gtFine_labelIds"), std::string("|aachen_0|_gtFine_labelIds"));
        QCOMPARE(cut("depth-12"), std::string("depth-|12|"));
        QCOMPARE(cut("rgb0012"), std::string("rgb|0012|"));
        QCOMPARE(cut("label"), std::string("|label|"));
        QCOMPARE(cut("_label"), std::string("|_label|"));
        QCOMPARE(cut(""), std::string("||"));
        QVERIFY(roleOfFolder("train/SegmentationClass") == FileRole::Classes);
        QVERIFY(roleOfFolder("depth_maps/kitchen") == FileRole::Depth);
        QVERIFY(roleOfFolder("kitchen") == FileRole::Unknown);
        QCOMPARE(*splitNamed("Validation"), std::string("val"));
        QVERIFY(!splitNamed("kitchen"));
    }

    void palettesAndSixteenBitsAreClassesWhereTheirNamesSaySo() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("masks/", ".png", paletted([](int i) { return i % 4; }));
        place.writeAll("semantic/", ".png",
                       grey([](int i) { return i == 0 ? 65535 : 300 + i % 2; }, 16));
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(targetOf(*guess, "segmentation").encoding, std::string("index8"));
        QCOMPARE(targetOf(*guess, "segmentation").classes, 4);
        QCOMPARE(targetOf(*guess, "segmentation").ignore, -1);
        const GuessedTarget& wide = targetOf(*guess, "segmentation2");
        QCOMPARE(wide.encoding, std::string("index16"));
        QCOMPARE(wide.classes, 302);
        QCOMPARE(wide.ignore, 65535);
        QVERIFY(says(*guess, "several of its kind"));
        QVERIFY(says(*guess, "are they indices"));
        opens(*guess);
    }

    void withoutWordsTheFilesDecideAndItIsSaid() {
        const Place place;
        place.writeAll("a/", ".png", photo());
        place.writeAll("b/", ".png", label());
        place.writeAll("c/", ".png", grey([](int i) { return 900 + 100 * i; }, 16));
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->image, std::string("a/{id}.png"));
        QVERIFY(says(*guess, "no name says so"));
        QCOMPARE(targetOf(*guess, "segmentation").path, std::string("b/{id}.png"));
        QCOMPARE(targetOf(*guess, "depth").path, std::string("c/{id}.png"));
        opens(*guess);
    }

    void whatCannotBeReadIsLeftOutAndNamed() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("labels/", ".png", label());
        place.writeAll("colour_labels/", "_label.png", photo());
        place.writeAll("mask/", ".jpg", "no JPEG");
        place.writeAll("instances/", ".png", label());
        place.writeAll("normal/", ".png", photo());
        place.writeAll("binary/", "_mask.png", grey([](int i) { return i % 2 * 255; }));
        place.write("train/notes.txt", "none");
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->targets.size(), std::size_t{1});
        QVERIFY(says(*guess, "classes are colours"));
        QVERIFY(says(*guess, "its format changes values"));
        QVERIFY(says(*guess, "nothing here learns it"));
        QVERIFY(says(*guess, "no directions of unit length"));
        QVERIFY(says(*guess, "a mask of 0 and 255"));
        opens(*guess);
    }

    void aTargetThatSomeSamplesLackIsCounted() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("labels/", ".png", label());
        place.write("train/depth/1.png", grey([](int) { return 1500; }, 16));
        place.write("train/depth/other.png", grey([](int) { return 1500; }, 16));
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(targetOf(*guess, "depth").samples, 1);
        QVERIFY(says(*guess, "6 of 7 samples lack it"));
        QVERIFY(says(*guess, "1 file belongs to no picture"));
        opens(*guess);
    }

    void otherSizesAndDamagedFilesAreRemarks() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("labels/", ".png", label());
        place.write("train/images/1.png", photo(16, 24)); // mixed sizes are none of its business
        place.write("train/labels/1.png", grey([](int i) { return i % 3; }, 8, 16, 24));
        QVERIFY(place.guess()->remarks.empty());
        place.write("train/labels/2.png", grey([](int) { return 1; }, 8, 4, 6));
        place.write("train/labels/3.png", label().substr(0, 60));
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QVERIFY(says(*guess, "2.png is 6 × 4, its picture 8 × 8"));
        QVERIFY(says(*guess, "1 file of 7 that were looked at can't be read so"));
    }

    void depthsOfAnotherUnitAreDoubted() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("depth/", ".png", grey([](int) { return 3; }, 16));
        QVERIFY(says(*place.guess(), "is the scale another one?"));
        place.writeAll("depth/", ".png", grey([](int i) { return i; }));
        const auto bytes = place.guess();
        QCOMPARE(targetOf(*bytes, "depth").encoding, std::string("uint8"));
        QVERIFY(says(*bytes, "set the scale"));
    }

    void whatTheFormatCannotDescribeIsRefused_data() {
        QTest::addColumn<QStringList>("files");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("mentions");
        const auto row = [](const char* name, const QStringList& files, const char* code,
                            const char* mentions) {
            QTest::newRow(name) << files << code << mentions;
        };
        row("empty", {}, "guess.images", "an empty folder");
        row("texts alone", {"a.txt"}, "guess.images", "no pictures");
        row("pictures alone", {"images/1.png", "images/2.png"}, "guess.targets", "pictures alone");
        row("targets alone", {"labels/1.png"}, "guess.images", "targets without pictures");
        row("splits inside", {"images/train/1.png", "images/val/2.png", "masks/train/1.png"},
            "guess.layout", "images/train to train/images");
        row("alike side by side", {"1.png", "1_label.png", "2.png", "2_label.png"}, "guess.layout",
            "*_label.png to a folder of their own");
        row("scenes",
            {"images/kitchen/1.png", "images/hall/1.png", "labels/kitchen/1.png",
             "labels/hall/1.png"},
            "guess.layout", "pictures in 2 folders");
        row("other names", {"images/1.png", "labels/a.png"}, "guess.targets",
            "no name is a picture's");
    }

    void whatTheFormatCannotDescribeIsRefused() {
        QFETCH(QStringList, files);
        QFETCH(QString, code);
        QFETCH(QString, mentions);
        const Place place;
        for (const QString& file : files)
            place.write(file.toStdString(), file.contains(QStringLiteral("label"))
                                                    || file.contains(QStringLiteral("mask"))
                                                ? label()
                                                : photo());
        const auto guess = place.guess();
        QCOMPARE(codeOf(guess), code.toStdString());
        const std::string text = toText(guess.error());
        QVERIFY2(text.find(mentions.toStdString()) != std::string::npos, text.c_str());
    }

    void oneSplitInsideIsDescribed() {
        const Place place;
        place.write("images/train/1.png", photo());
        place.write("masks/train/1.png", label());
        const auto guess = place.guess();
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->image, std::string("images/train/{id}.png"));
        opens(*guess);
    }

    void aFileThatIsThereStays() {
        const Place place;
        place.writeAll("images/", ".png", photo());
        place.writeAll("labels/", ".png", label());
        auto guess = place.guess().value();
        QVERIFY(writeLayout(guess).has_value());
        QCOMPARE(writeLayout(guess).error().code, std::string("file.exists"));
        QCOMPARE(codeOf(place.guess()), std::string("guess.known"));
        fs::remove(place.root() / "dataset.json");
        guess.targets.front().name.clear();
        QCOMPARE(writeLayout(guess).error().code, std::string("guess.name"));
        QVERIFY(!fs::exists(place.root() / "dataset.json"));
        guess.targets.front().name = "segmentation";
        guess.targets.front().classes = 0; // as a person may have typed
        QCOMPARE(writeLayout(guess).error().code, std::string("dataset.value"));
        guess.folder = (place.root() / "gone").string();
        guess.targets.front().classes = 5;
        QCOMPARE(writeLayout(guess).error().code, std::string("file.write"));
        guess.folder = place.root().string();
        if (geteuid() == 0)
            QSKIP("root writes everywhere");
        guess.targets.front().classes = 5;
        fs::permissions(place.root(), fs::perms::owner_read | fs::perms::owner_exec);
        QCOMPARE(writeLayout(guess).error().code, std::string("file.write"));
        fs::permissions(place.root(), fs::perms::owner_all);
    }

    void samplesAreDrawnAsTheyWouldBeRead() {
        const Place place;
        place.writeAll("images/", ".png", photo(12, 24));
        place.writeAll("labels/", ".png", grey([](int i) { return i % 2; }, 8, 12, 24));
        place.write("train/labels/2.png", "no PNG");
        auto guess = place.guess().value();
        const auto samples = guessedSamples(guess, 3, 6);
        QVERIFY2(samples.has_value(), samples ? "" : toText(samples.error()).c_str());
        QCOMPARE(samples->size(), std::size_t{3});
        QCOMPARE(samples->front().picture.height, 6);
        QCOMPARE(samples->front().picture.width, 12);
        const Image& classes = samples->front().targets.front();
        QVERIFY(!classes.empty());
        std::set<Rgb> colors;
        for (std::size_t i = 0; i < classes.bytes.size(); i += 3)
            colors.insert({classes.bytes[i], classes.bytes[i + 1], classes.bytes[i + 2]});
        QVERIFY(colors.size() <= 2 && !colors.contains(Rgb{}));
        QVERIFY((*samples)[1].problem.find("2.png") != std::string::npos);
        QVERIFY((*samples)[1].targets.front().empty());
        guess.targets.front().encoding = "rgb8"; // as a person may choose
        guess.targets.front().path = "images/{id}.png";
        QVERIFY(!guessedSamples(guess, 1, 6)->front().targets.front().empty());
    }

    /// Two folders of 50,000: names are listed, 24 files are opened.
    void aHundredThousandFilesTakeSeconds() {
        const Place place;
        place.write("train/images/0.png", photo());
        place.write("train/labels/0.png", label());
        for (const char* folder : {"train/images/", "train/labels/"})
            for (int i = 1; i < 50'000; ++i)
                fs::create_hard_link(place.root() / (folder + std::string("0.png")),
                                     place.root() / (folder + std::to_string(i) + ".png"));
        const auto start = std::chrono::steady_clock::now();
        const auto guess = place.guess();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        QVERIFY2(guess.has_value(), guess ? "" : toText(guess.error()).c_str());
        QCOMPARE(guess->splits.front().samples, 50'000);
        qInfo("100,000 files: %.2f s", took.count());
        QVERIFY2(took.count() < 20, qPrintable(QString::number(took.count()))); // hangs, not speed
        std::stop_source stopped;
        stopped.request_stop();
        QCOMPARE(guessDataset(place.root(), stopped.get_token()).error().code,
                 std::string("stopped"));
    }
};

QTEST_GUILESS_MAIN(GuessDatasetTest)
#include "tst_guess_dataset.moc"
