// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/values/precision_testing.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

using namespace concertina;
using namespace concertina::testing;

// Average precision once more, by its definition, on made images.

namespace {

bool isNear(double a, double b, double tolerance = 1e-12) {
    return std::abs(a - b) <= tolerance || (std::isnan(a) && std::isnan(b));
}

// By the definition, without regard to time: nothing of it is the program's.

struct BruteFound {
    double score;
    bool isRight, counts;
};

double bruteOverlap(const Box& a, const Box& b, bool isCrowd) {
    const double left = std::max(a.x, b.x), right = std::min(a.x + a.width, b.x + b.width);
    const double top = std::max(a.y, b.y), bottom = std::min(a.y + a.height, b.y + b.height);
    const double common = std::max(0.0, right - left) * std::max(0.0, bottom - top);
    return common / (a.width * a.height + (isCrowd ? 0 : b.width * b.height - common));
}

/// Of one class and threshold: every precision and recall that there is, and of each recall point
/// the best precision at no less recall. {average precision, recall}; none without truths.
std::optional<std::pair<double, double>> brute(const std::vector<ImagePair>& images, int label,
                                               double threshold, double least, double most,
                                               std::size_t limit) {
    std::vector<BruteFound> all;
    int truths = 0;
    for (const ImagePair& image : images) {
        std::vector<ImageObject> found, true_;
        std::ranges::copy_if(image.found, std::back_inserter(found),
                             [&](const auto& some) { return some.label == label; });
        std::ranges::copy_if(image.truths, std::back_inserter(true_),
                             [&](const auto& some) { return some.label == label; });
        std::ranges::sort(found, std::greater(), &ImageObject::score);
        found.resize(std::min(found.size(), limit));
        std::vector<bool> taken(true_.size());
        const auto counts = [&](const ImageObject& truth) {
            return !truth.isCrowd && truth.area >= least && truth.area <= most;
        };
        truths += static_cast<int>(std::ranges::count_if(true_, counts));
        for (const ImageObject& some : found) {
            // The best that counts, else the best of the others.
            std::optional<std::size_t> match;
            for (const bool counting : {true, false}) {
                double best = threshold;
                for (std::size_t t = 0;
                     t < true_.size() && (counting || !match || !counts(true_[*match])); ++t) {
                    const double overlap = bruteOverlap(some.box, true_[t].box, true_[t].isCrowd);
                    if (counts(true_[t]) == counting && (!taken[t] || true_[t].isCrowd)
                        && overlap >= best) {
                        best = overlap;
                        match = t;
                    }
                }
                if (match)
                    break;
            }
            if (match)
                taken[*match] = true;
            const double area = some.box.width * some.box.height;
            all.push_back({some.score, match && counts(true_[*match]),
                           match ? counts(true_[*match]) : area >= least && area <= most});
        }
    }
    if (truths == 0)
        return std::nullopt;
    std::ranges::sort(all, std::greater(), &BruteFound::score);
    double sum = 0, right = 0;
    for (int point = 0; point <= 100; ++point) {
        double best = 0, rights = 0, wrongs = 0;
        for (const BruteFound& some : all) {
            rights += some.counts && some.isRight ? 1 : 0;
            wrongs += some.counts && !some.isRight ? 1 : 0;
            // The points as the evaluation has them: 7 · 0.01 is above 7 of 100.
            if (rights + wrongs > 0 && rights / truths >= point * 0.01)
                best = std::max(best, rights / (rights + wrongs));
        }
        sum += best;
        right = rights;
    }
    return std::pair{sum / 101, right / truths};
}

/// Images of up to 8 truths, some crowds, found again with errors and among others. All scores
/// differ, and no overlap is on a threshold.
std::vector<ImagePair> randomImages(int count, int classes, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    std::uniform_real_distribution<double> share(0, 1);
    std::vector<int> scores(5000);
    std::ranges::generate(scores, [n = 0]() mutable { return ++n; });
    std::ranges::shuffle(scores, random);
    std::size_t next = 0;
    std::vector<ImagePair> images(static_cast<std::size_t>(count));
    for (ImagePair& image : images) {
        const int objects = below(9);
        for (int i = 0; i < objects; ++i) {
            const double side = 8 << below(5); // small, medium and large ones
            ImageObject truth = boxed({1.0 * below(300), 1.0 * below(300), side, side + below(20)},
                                      1, below(static_cast<unsigned>(classes)));
            truth.area *= 0.5 + 0.1 * below(6);
            truth.isCrowd = below(8) == 0;
            image.truths.push_back(truth);
            for (int again = below(4); again > 0; --again) {
                Box box = truth.box;
                box.x += side / 4 * share(random);
                box.width *= 0.8 + 0.4 * share(random);
                const int label =
                    below(6) == 0 ? below(static_cast<unsigned>(classes)) : truth.label;
                image.found.push_back(boxed(box, scores[next++] / 5000.0, label));
            }
        }
        for (int i = below(4); i > 0; --i)
            image.found.push_back(boxed({1.0 * below(300), 1.0 * below(300), 20, 30},
                                        scores[next++] / 5000.0,
                                        below(static_cast<unsigned>(classes))));
    }
    return images;
}

} // namespace

class AllPrecisionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bruteForceGivesTheSame() {
        constexpr int classes = 3;
        const double all = 1e10, small = 1024, medium = 9216;
        struct Row {
            const char* name;
            bool isRecall;
            std::vector<double> thresholds;
            double least, most;
            std::size_t limit;
        };
        const std::vector<double> ten{.5, .55, .6, .65, .7, .75, .8, .85, .9, .95};
        const std::vector<Row> rows{{"AP", false, ten, 0, all, 100},
                                    {"AP50", false, {.5}, 0, all, 100},
                                    {"AP75", false, {.75}, 0, all, 100},
                                    {"APsmall", false, ten, 0, small, 100},
                                    {"APmedium", false, ten, small, medium, 100},
                                    {"APlarge", false, ten, medium, all, 100},
                                    {"AR1", true, ten, 0, all, 1},
                                    {"AR10", true, ten, 0, all, 10},
                                    {"AR100", true, ten, 0, all, 100},
                                    {"ARsmall", true, ten, 0, small, 100},
                                    {"ARmedium", true, ten, small, medium, 100},
                                    {"ARlarge", true, ten, medium, all, 100}};
        for (const unsigned seed : {1U, 2U, 3U}) {
            const auto images = randomImages(50, classes, seed);
            const PrecisionReport report = reportOf(images, boxPrecisionRules(), classes);
            for (const Row& row : rows) {
                double sum = 0, count = 0;
                for (int label = 0; label < classes; ++label)
                    for (const double threshold : row.thresholds)
                        if (const auto curve =
                                brute(images, label, threshold, row.least, row.most, row.limit)) {
                            sum += row.isRecall ? curve->second : curve->first;
                            ++count;
                        }
                const double expected = sum / count;
                QVERIFY2(expected > 0.05 && expected < 0.95, row.name); // says something
                const double actual = report.figure(row.name);
                QVERIFY2(isNear(actual, expected, 1e-9),
                         qPrintable(QString("seed %1, %2: %3, expected %4")
                                        .arg(seed)
                                        .arg(row.name)
                                        .arg(actual, 0, 'g', 12)
                                        .arg(expected, 0, 'g', 12)));
            }
            const auto ofClass = brute(images, 1, 0.5, 0, all, 100);
            QVERIFY(isNear(report.classes[1].atHalf, ofClass->first, 1e-9));
        }
    }
};

QTEST_APPLESS_MAIN(AllPrecisionsTest)
#include "tst_all_precisions.moc"
