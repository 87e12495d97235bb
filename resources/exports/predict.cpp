// SPDX-License-Identifier: 0BSD
// Predicts for pictures with a network that Concertina exported: OpenCV alone, and what lies beside
// this file, network.onnx and network.json.
//
// usage: predict FOLDER PICTURE… OUT
//
// FOLDER has network.onnx and network.json. For each picture NAME and each output TASK, OUT gets,
// in the network's size, by the kind that network.json names:
//   classes               NAME.TASK-index.png, the index of the class in each pixel
//   depth                 NAME.TASK-mm.png, millimetres in 16 bits
//   normals               NAME.TASK.png, (n + 1) / 2 of 255, as red, green and blue
//   other planes          NAME.TASK.tiff, float32
//   values of a picture   NAME.TASK.json, a number a name
//   objects               NAME.TASK.json, score, box (left, top, width, height in pixels of the
//                         picture), and class or points
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Output {
    std::string name, kind;
    std::vector<std::string> names; ///< of classes, quantities or points
};

struct Network {
    cv::dnn::Net net;
    int height = 0, width = 0;
    std::vector<Output> outputs;
};

Network load(const fs::path& folder) {
    Network network;
    const fs::path facts = folder / "network.json";
    const cv::FileStorage file(facts.string(), cv::FileStorage::READ);
    if (!file.isOpened())
        throw std::runtime_error(facts.string() + " can't be read");
    network.height = static_cast<int>(file["input"]["height"]);
    network.width = static_cast<int>(file["input"]["width"]);
    for (const cv::FileNode& node : file["outputs"]) {
        Output output{node["name"].string(), node["kind"].string(), {}};
        for (const cv::FileNode& name : node["names"])
            output.names.push_back(name.string());
        network.outputs.push_back(output);
    }
    network.net = cv::dnn::readNetFromONNX((folder / "network.onnx").string());
    network.net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    return network;
}

/// A plane of an output [1, C, H, W].
cv::Mat plane(const cv::Mat& output, int channel) {
    return {output.size[2], output.size[3], CV_32F,
            const_cast<float*>(output.ptr<float>(0, channel))};
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "\"";
}

struct Peak {
    float score;
    int channel, x, y;
};

/// Scores are further up than the logarithm of their odds by 2.19.
float probability(float score) {
    return 1 / (1 + std::exp(2.19F - score));
}

/// The best places of some channels that none of the eight around them surpasses.
std::vector<Peak> peaks(const cv::Mat& output, int first, int count, std::size_t most) {
    std::vector<Peak> found;
    for (int c = 0; c < count; ++c) {
        const cv::Mat scores = plane(output, first + c);
        cv::Mat largest;
        cv::dilate(scores, largest, cv::Mat::ones(3, 3, CV_8U));
        for (int y = 0; y < scores.rows; ++y)
            for (int x = 0; x < scores.cols; ++x)
                if (const float score = scores.at<float>(y, x); score >= largest.at<float>(y, x))
                    found.push_back({probability(score), c, x, y});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Peak& a, const Peak& b) { return a.score > b.score; });
    if (found.size() > most)
        found.resize(most);
    return found;
}

struct Place {
    float x, y;
    bool isSeen;
};

/// A point of an object: the nearest likely peak of its own map in the box, else the end of the way
/// from the centre.
Place point(const cv::Mat& output, int points, int index, const Peak& center,
            const cv::Rect2f& box) {
    constexpr float likely = 0.1F, farthest = 0.3F; // the latter of the box's longer side
    const auto at = [&](int channel, int x, int y) {
        return plane(output, channel).at<float>(y, x);
    };
    const float x = static_cast<float>(center.x) + at(5 + 2 * index, center.x, center.y);
    const float y = static_cast<float>(center.y) + at(6 + 2 * index, center.x, center.y);
    const int map = 5 + 2 * points + index, offset = 5 + 3 * points;
    const int column = std::clamp(static_cast<int>(std::floor(x)), 0, output.size[3] - 1);
    const int row = std::clamp(static_cast<int>(std::floor(y)), 0, output.size[2] - 1);
    Place place{x, y, probability(at(map, column, row)) >= likely};
    float nearest = farthest * std::max(box.width, box.height);
    for (const Peak& peak : peaks(output, map, 1, 100)) {
        const float peakX = static_cast<float>(peak.x) + at(offset, peak.x, peak.y);
        const float peakY = static_cast<float>(peak.y) + at(offset + 1, peak.x, peak.y);
        const float away = std::hypot(peakX - x, peakY - y);
        if (peak.score >= likely && away <= nearest && peakX >= box.x && peakX <= box.x + box.width
            && peakY >= box.y && peakY <= box.y + box.height) {
            nearest = away;
            place = {peakX, peakY, true};
        }
    }
    return place;
}

/// Maps of centres as a list of objects, the best first.
std::string objects(const cv::Mat& output, const Output& about, const cv::Size& picture) {
    constexpr float least = 0.3F;
    const bool hasPoints = about.kind == "keypoints";
    const int names = static_cast<int>(about.names.size());
    const int classes = hasPoints ? 1 : names;
    const float wide = static_cast<float>(picture.width) / static_cast<float>(output.size[3]);
    const float high = static_cast<float>(picture.height) / static_cast<float>(output.size[2]);
    std::string text;
    for (const Peak& peak : peaks(output, 0, classes, hasPoints ? 20 : 100)) {
        if (peak.score < least)
            break;
        const auto at = [&](int channel) {
            return plane(output, classes + channel).at<float>(peak.y, peak.x);
        };
        const float width = std::max(at(0), 0.0F), height = std::max(at(1), 0.0F);
        const cv::Rect2f box(static_cast<float>(peak.x) + at(2) - width / 2,
                             static_cast<float>(peak.y) + at(3) - height / 2, width, height);
        text += (text.empty() ? "\n  " : ",\n  ")
                + cv::format(R"({"score": %.5g, "box": [%.5g, %.5g, %.5g, %.5g])",
                             double(peak.score), double(box.x * wide), double(box.y * high),
                             double(box.width * wide), double(box.height * high));
        if (!hasPoints)
            text += ", \"class\": " + quoted(about.names[static_cast<std::size_t>(peak.channel)]);
        for (int i = 0; hasPoints && i < names; ++i) {
            const Place place = point(output, names, i, peak, box);
            text += (i == 0 ? ", \"points\": {" : ", ") + quoted(about.names[std::size_t(i)])
                    + cv::format(R"(: {"x": %.5g, "y": %.5g, "seen": %s})", double(place.x * wide),
                                 double(place.y * high), place.isSeen ? "true" : "false")
                    + (i + 1 == names ? "}" : "");
        }
        text += "}";
    }
    return "{\"objects\": [" + text + "]}\n";
}

std::string values(const cv::Mat& output, const Output& about) {
    std::string text;
    for (std::size_t i = 0; i < about.names.size(); ++i)
        text += (i == 0 ? "" : ", ") + quoted(about.names[i])
                + cv::format(": %.7g", double(output.ptr<float>()[i]));
    return "{\"values\": {" + text + "}}\n";
}

void write(const std::string& stem, const cv::Mat& output, const Output& about,
           const cv::Size& picture) {
    const auto text = [&](const std::string& json) {
        std::ofstream(stem + ".json") << json;
        std::cout << stem << ".json\n";
    };
    const auto image = [&](const char* ending, const cv::Mat& mat) {
        if (!cv::imwrite(stem + ending, mat))
            throw std::runtime_error(stem + ending + " can't be written");
        std::cout << stem << ending << "\n";
    };
    cv::Mat mat;
    if (about.kind == "classes") {
        output.reshape(1, {output.size[2], output.size[3]})
            .convertTo(mat, about.names.size() > 256 ? CV_16U : CV_8U);
        image("-index.png", mat);
    } else if (about.kind == "depth") {
        plane(output, 0).convertTo(mat, CV_16U, 1000);
        image("-mm.png", mat);
    } else if (about.kind == "normals") {
        cv::merge(std::vector<cv::Mat>{plane(output, 2), plane(output, 1), plane(output, 0)}, mat);
        mat.convertTo(mat, CV_8U, 127.5, 127.5);
        image(".png", mat);
    } else if (about.kind == "boxes" || about.kind == "keypoints") {
        text(objects(output, about, picture));
    } else if (output.dims == 4 && output.size[2] > 1) {
        image(".tiff", plane(output, 0));
    } else {
        text(values(output, about));
    }
}

void predict(Network& network, const fs::path& file, const fs::path& out) {
    const cv::Mat picture = cv::imread(file.string(), cv::IMREAD_COLOR);
    if (picture.empty())
        throw std::runtime_error(file.string() + " is no picture that can be read");
    const bool isSmaller = network.height < picture.rows || network.width < picture.cols;
    cv::Mat fitted;
    cv::resize(picture, fitted, {network.width, network.height}, 0, 0,
               isSmaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    // RGB, 0 to 255: all else is in the network.
    network.net.setInput(cv::dnn::blobFromImage(fitted, 1, {}, {}, true), "image");
    std::vector<cv::String> names;
    for (const Output& output : network.outputs)
        names.push_back(output.name);
    std::vector<cv::Mat> outputs;
    network.net.forward(outputs, names);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        cv::Mat values;
        outputs[i].convertTo(values, CV_32F);
        write((out / file.stem()).string() + "." + names[i], values, network.outputs[i],
              picture.size());
    }
}

} // namespace

int main(int count, char** words) {
    if (count < 4) {
        std::cerr << "usage: predict FOLDER PICTURE... OUT\n";
        return 2;
    }
    try {
        Network network = load(words[1]);
        fs::create_directories(words[count - 1]);
        for (int i = 2; i < count - 1; ++i)
            predict(network, words[i], words[count - 1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
