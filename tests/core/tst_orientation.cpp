// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_news.h"
#include "core/data/image_files.h"
#include "core/data/orientation.h"
#include "tests/core/folder_testing.h"
#include "tests/core/picture_bytes.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// A picture without any symmetry, wider than high.
cv::Mat scene() {
    cv::Mat picture(24, 40, CV_8UC3, cv::Scalar(30, 30, 30));
    picture(cv::Rect(0, 0, 20, 8)).setTo(cv::Scalar(200, 40, 40));
    picture(cv::Rect(0, 8, 8, 16)).setTo(cv::Scalar(40, 200, 40));
    picture(cv::Rect(24, 16, 16, 8)).setTo(cv::Scalar(40, 40, 200));
    return picture;
}

std::string encoded(const char* ending, const cv::Mat& picture) {
    std::vector<std::uint8_t> bytes;
    cv::imencode(ending, picture, bytes);
    return {bytes.begin(), bytes.end()};
}

/// BGR as RGB bytes.
std::vector<std::uint8_t> rgbOf(const cv::Mat& bgr) {
    std::vector<std::uint8_t> bytes;
    for (int y = 0; y < bgr.rows; ++y)
        for (int x = 0; x < bgr.cols; ++x) {
            const auto& pixel = bgr.at<cv::Vec3b>(y, x);
            bytes.insert(bytes.end(), {pixel[2], pixel[1], pixel[0]});
        }
    return bytes;
}

/// EXIF 2.3, tag 0x0112: which sides of what is seen row 0 and column 0 of what is stored are.
/// Made with OpenCV's own turns.
cv::Mat seen(const cv::Mat& stored, int orientation) {
    cv::Mat result;
    switch (orientation) {
    case 2: cv::flip(stored, result, 1); break;                     // top, right
    case 3: cv::rotate(stored, result, cv::ROTATE_180); break;      // bottom, right
    case 4: cv::flip(stored, result, 0); break;                     // bottom, left
    case 5: cv::transpose(stored, result); break;                   // left, top
    case 6: cv::rotate(stored, result, cv::ROTATE_90_CLOCKWISE); break; // right, top
    case 7: // right, bottom
        cv::rotate(stored, result, cv::ROTATE_180);
        cv::transpose(result, result);
        break;
    case 8: cv::rotate(stored, result, cv::ROTATE_90_COUNTERCLOCKWISE); break; // left, bottom
    default: result = stored;
    }
    return result;
}

/// A folder whose sample "a" of 4 × 6 pixels states an orientation; its label counts its pixels.
class TurnedFolder {
public:
    TurnedFolder(int orientation, int rows, int columns, bool labelUpright) {
        m_folder.json["targets"]["segmentation"]["ignore"] = 255;
        m_folder.json["image"]["path"] = "image/{id}.jpg";
        m_folder.json["targets"].erase("depth");
        m_folder.json["targets"].erase("normal");
        m_folder.writeJson();
        const cv::Mat picture(rows, columns, CV_8UC3, cv::Scalar(9, 9, 9));
        const std::string jpeg = encoded(".jpg", picture);
        for (const char* split : {"learn", "check"})
            TestFolder::writeBytes(m_folder.root() / split / "image" / "a.jpg",
                                   jpegWithOrientation(jpeg, orientation, true));
        label = cv::Mat(rows, columns, CV_8UC1, cv::Scalar(0));
        label.at<std::uint8_t>(0, 1) = 1;
        label.at<std::uint8_t>(rows - 1, 0) = 2;
        if (labelUpright)
            label = seen(label, orientation);
        TestFolder::write(m_folder.file("train", "label", "a"), label);
    }

    cv::Mat label; ///< as it lies on the disk

    Expected<std::shared_ptr<const Dataset>> open(const DataWatch& watch) const {
        return openDataset({"folder", {{"path", m_folder.root().string()}}}, watch);
    }

private:
    TestFolder m_folder;
};

std::vector<std::uint8_t> bytesOf(const cv::Mat& label) {
    const cv::Mat whole = label.clone();
    return {whole.data, whole.data + whole.total()};
}

} // namespace

class OrientationTest : public QObject {
    Q_OBJECT

    static void eachOrientation() {
        QTest::addColumn<int>("orientation");
        for (int orientation = 1; orientation <= 8; ++orientation)
            QTest::addRow("%d", orientation) << orientation;
    }

private Q_SLOTS:
    void picturesAreShownUpright_data() { eachOrientation(); }

    void picturesAreShownUpright() {
        QFETCH(int, orientation);
        const std::string jpeg = encoded(".jpg", scene());
        const cv::Mat stored = cv::imdecode(std::vector<char>(jpeg.begin(), jpeg.end()), 1);
        const cv::Mat right = seen(stored, orientation);
        for (const bool bigEndian : {false, true}) {
            const std::string file = jpegWithOrientation(jpeg, orientation, bigEndian);
            const auto picture = decodePicture(bytesOf(file), "a.jpg");
            QVERIFY2(picture, picture ? "" : toText(picture.error()).c_str());
            QCOMPARE(picture->image.height, right.rows);
            QCOMPARE(picture->image.width, right.cols);
            QVERIFY(picture->image.bytes == rgbOf(right));
            // As OpenCV itself reads such a file.
            QVERIFY(rgbOf(cv::imdecode(std::vector<char>(file.begin(), file.end()), 1))
                    == rgbOf(right));
        }
    }

    void formatsThatStateIt_data() { eachOrientation(); }

    void formatsThatStateIt() {
        QFETCH(int, orientation);
        const std::vector<int> grey{10, 20, 30, 40, 50, 60};
        const cv::Mat stored = (cv::Mat_<std::uint8_t>(2, 3) << 10, 20, 30, 40, 50, 60);
        const std::vector<std::uint8_t> right = bytesOf(seen(stored, orientation));
        const std::string png =
            PngFile{.height = 2, .width = 3, .samples = grey, .orientation = orientation}.bytes();
        for (const std::string& file :
             {png,
              TiffFile{.height = 2, .width = 3, .samples = grey, .orientation = orientation}.bytes(),
              TiffFile{.height = 2, .width = 3, .samples = grey, .orientation = orientation,
                       .bigEndian = true}
                  .bytes()}) {
            QCOMPARE(orientationOf(bytesOf(file)), orientation);
            const auto picture = decodePicture(bytesOf(file), "a");
            QVERIFY2(picture, picture ? "" : toText(picture.error()).c_str());
            QCOMPARE(picture->image.height, swapsSides(orientation) ? 3 : 2);
            for (std::size_t i = 0; i < right.size(); ++i)
                QCOMPARE(picture->image.bytes[3 * i], right[i]);
            // A plane's own note is left alone.
            const auto plane = decodePlane(bytesOf(file), "a", Encoding::Index8);
            QCOMPARE(plane->height, 2);
            QCOMPARE(plane->bytes, (std::vector<std::uint8_t>{10, 20, 30, 40, 50, 60}));
        }
    }

    void whatIsNoOrientationIsUpright() {
        const std::string jpeg = encoded(".jpg", scene());
        QCOMPARE(orientationOf(bytesOf(jpeg)), 1);
        QCOMPARE(orientationOf(bytesOf(std::string())), 1);
        for (const int orientation : {0, 9, 65535})
            QCOMPARE(orientationOf(bytesOf(jpegWithOrientation(jpeg, orientation, true))), 1);
        const std::string whole = jpegWithOrientation(jpeg, 6, false);
        for (std::size_t size = 0; size < 60; ++size) { // cut anywhere: 1 or what is there
            const int found = orientationOf(bytesOf(whole.substr(0, size)));
            QVERIFY(found == 1 || (found == 6 && size >= 32));
        }
    }

    void directionsTurnWithThePicture_data() { eachOrientation(); }

    void directionsTurnWithThePicture() {
        // A ramp of brightness and the direction in which it grows: after any turn that is still
        // the direction in which it grows.
        QFETCH(int, orientation);
        for (const bool alongX : {true, false}) {
            Image ramp = blankImage(3, 3);
            TargetPlane plane{Encoding::Rgb8, 3, 3, {}};
            for (int y = 0; y < 3; ++y)
                for (int x = 0; x < 3; ++x) {
                    ramp.pixel(y, x)[0] = static_cast<std::uint8_t>(50 * (alongX ? x : y));
                    const std::uint8_t along = 255, across = 128;
                    plane.bytes.insert(plane.bytes.end(), {alongX ? along : across,
                                                           alongX ? across : along, 100});
                }
            const Image shown = upright(ramp, orientation);
            const TargetPlane turned = upright(plane, orientation);
            const int growsX = shown.pixel(1, 2)[0] - shown.pixel(1, 0)[0];
            const int growsY = shown.pixel(2, 1)[0] - shown.pixel(0, 1)[0];
            const auto direction = [](std::uint8_t stored) {
                return stored > 200 ? 1 : stored < 50 ? -1 : 0;
            };
            QCOMPARE(direction(turned.bytes[0]), growsX / 100);
            QCOMPARE(direction(turned.bytes[1]), growsY / 100);
            QCOMPARE(int(turned.bytes[2]), 100); // z is along the view
        }
    }

    void planesAreReadAsStoredAndTurnedOnlyWhereTheirSizeDemandsIt_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<int>("rows");
        QTest::addColumn<bool>("labelUpright");
        QTest::addColumn<bool>("isTurned");
        for (const bool labelUpright : {false, true}) {
            const char* painted = labelUpright ? "upright" : "as stored";
            QTest::addRow("square, by 180°, painted %s", painted) << 3 << 6 << labelUpright << false;
            QTest::addRow("square, by 90°, painted %s", painted) << 6 << 6 << labelUpright << false;
            QTest::addRow("oblong, by 180°, painted %s", painted) << 3 << 4 << labelUpright << false;
            QTest::addRow("oblong, by 90°, painted %s", painted)
                << 6 << 4 << labelUpright << !labelUpright;
            QTest::addRow("oblong, by 90° to the left, painted %s", painted)
                << 8 << 4 << labelUpright << !labelUpright;
        }
    }

    void planesAreReadAsStoredAndTurnedOnlyWhereTheirSizeDemandsIt() {
        QFETCH(int, orientation);
        QFETCH(int, rows);
        QFETCH(bool, labelUpright);
        QFETCH(bool, isTurned);
        const TurnedFolder folder(orientation, rows, 6, labelUpright);
        const DataWatch watch{.news = std::make_shared<DataNews>()};
        const auto dataset = folder.open(watch);
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        const bool sides = orientation >= 5;
        const auto sample = (*dataset)->sample("train", 0, sides ? 6 : rows, sides ? rows : 6);
        QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
        QCOMPARE(sample->targets[0].bytes,
                 bytesOf(isTurned ? seen(folder.label, orientation) : folder.label));
        // Reported, whichever it was.
        for (const NoticeEvent& notice : watch.news->take(true))
            if (notice.code == "dataset.turned") {
                QVERIFY2(notice.text.find("train/a (picture turned by ") != std::string::npos,
                         notice.text.c_str());
                QVERIFY(notice.text.find(isTurned ? "segmentation turned with it"
                                                  : "segmentation as it is stored")
                        != std::string::npos);
                return;
            }
        QFAIL("the turned sample is not reported");
    }
};

QTEST_GUILESS_MAIN(OrientationTest)
#include "tst_orientation.moc"
