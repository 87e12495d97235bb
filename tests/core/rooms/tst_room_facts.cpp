// SPDX-License-Identifier: GPL-3.0-or-later
// What rooms say of a whole picture, against its planes.
#include "core/data/rooms/rooms_dataset.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace concertina;

namespace {

std::shared_ptr<const Dataset> opened(const char* kind) {
    Json options;
    options["rooms"] = kind;
    const auto dataset = roomsDataset().open(options, {});
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    return *dataset;
}

} // namespace

class RoomFactsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsSaidOfThePictureIsWhatItsPlanesShow() {
        const std::array<const char*, 5> kinds{"bedroom", "living", "dining", "study", "studio"};
        for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
            const auto dataset = opened(kinds[kind]);
            const auto& targets = dataset->description().targets;
            QCOMPARE(targets[3].classes[kind].name, std::string(kinds[kind]));
            for (int i = 0; i < 4; ++i) {
                const Sample sample = *dataset->sample("val", i, 48, 64);
                QCOMPARE(int(sample.targets[3].bytes[0]), static_cast<int>(kind));
                QCOMPARE(dataset->sample("val", i, 24, 32)->targets[3], sample.targets[3]);

                const auto& labels = sample.targets[0].bytes;
                for (std::size_t thing = 0; thing < targets[4].classes.size(); ++thing) {
                    const auto& classes = targets[0].classes;
                    const auto index =
                        std::ranges::find(classes, targets[4].classes[thing].name, &ClassInfo::name)
                        - classes.begin();
                    const auto pixels =
                        std::ranges::count(labels, static_cast<std::uint8_t>(index));
                    QCOMPARE(int(sample.targets[4].bytes[thing]), pixels * 1000 >= 48 * 64 ? 1 : 0);
                }
                std::vector<float> depth(48 * 64);
                std::memcpy(depth.data(), sample.targets[1].bytes.data(),
                            sample.targets[1].bytes.size());
                float mean = 0;
                std::memcpy(&mean, sample.targets[5].bytes.data(), sizeof mean);
                const double sum = std::accumulate(depth.begin(), depth.end(), 0.0);
                QVERIFY(std::abs(static_cast<double>(mean) - sum / (48 * 64)) < 1e-5);
            }
        }
    }
};

QTEST_GUILESS_MAIN(RoomFactsTest)
#include "tst_room_facts.moc"
