// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/opencv_reader.h"

#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include <fstream>
#include <iterator>

namespace concertina {

namespace {

cv::Mat blobOf(const torch::Tensor& image) {
    const torch::Tensor values = image.to(torch::kFloat32).contiguous();
    const std::vector<int> sizes(values.sizes().begin(), values.sizes().end());
    return cv::Mat(sizes, CV_32F, values.data_ptr<float>()).clone();
}

torch::Tensor tensorOf(const cv::Mat& blob) {
    cv::Mat values;
    blob.convertTo(values, CV_32F); // indices of classes come as whole numbers
    std::vector<std::int64_t> sizes(values.size.p, values.size.p + values.dims);
    return torch::from_blob(values.ptr<float>(), sizes, torch::kFloat32).clone();
}

/// OpenCV's messages hold each other, with places in its own sources: the innermost reason, and the
/// node that it is about.
std::string shortReason(const cv::Exception& error) {
    const std::string whole = error.err.empty() ? std::string(error.what()) : error.err;
    std::string reason = whole;
    if (const auto inner = reason.rfind("error: ("); inner != std::string::npos)
        reason = reason.substr(reason.find(')', inner) + 1);
    if (const auto place = reason.find(" in function"); place != std::string::npos) {
        const auto more = reason.find("\n", place); // what was checked stands there
        reason =
            place > 1 || more == std::string::npos ? reason.substr(0, place) : reason.substr(more);
    }
    // Lines begin with ">", one deeper than those around them.
    std::string words;
    for (const char letter : reason)
        if (letter != '>' && (letter > ' ' || (!words.empty() && words.back() != ' ')))
            words += letter > ' ' ? letter : ' ';
    reason = " " + words;
    if (const auto node = whole.find("Node ["); node != std::string::npos)
        reason = whole.substr(node, whole.find(" parse error", node) - node) + ":" + reason;
    return shortened(reason, 200);
}

/// OpenCV writes to the terminal what it throws as well.
class QuietOpenCv {
public:
    QuietOpenCv()
        : m_before(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
    QuietOpenCv(const QuietOpenCv&) = delete;
    QuietOpenCv& operator=(const QuietOpenCv&) = delete;
    ~QuietOpenCv() { cv::utils::logging::setLogLevel(m_before); }

private:
    cv::utils::logging::LogLevel m_before;
};

Problem refusedByOpenCv(const cv::Exception& error) {
    return {"reader.opencv", "", shortReason(error), "a file that OpenCV's reader of ONNX knows",
            ""};
}

/// One image after the other: where it unpools it takes no more at once.
Expected<std::vector<torch::Tensor>> outputsOfNet(cv::dnn::Net& net, const std::string& input,
                                                  const std::vector<cv::String>& names,
                                                  const torch::Tensor& images) {
    const QuietOpenCv quiet;
    try {
        std::vector<std::vector<torch::Tensor>> found(names.size());
        for (std::int64_t n = 0; n < images.size(0); ++n) {
            net.setInput(blobOf(images.narrow(0, n, 1)), input);
            std::vector<cv::Mat> blobs;
            net.forward(blobs, names);
            for (std::size_t i = 0; i < blobs.size(); ++i)
                found[i].push_back(tensorOf(blobs[i]));
        }
        std::vector<torch::Tensor> joined;
        for (const std::vector<torch::Tensor>& parts : found)
            joined.push_back(torch::cat(parts));
        return joined;
    } catch (const cv::Exception& error) {
        return failure(refusedByOpenCv(error));
    }
}

} // namespace

std::string openCvReaderName() {
    return "OpenCV " + cv::getVersionString() + " (cv::dnn)";
}

Expected<OpenCvNetwork> openByOpenCv(const std::string& bytes, const std::string& input,
                                     const std::vector<std::string>& outputs) {
    const QuietOpenCv quiet;
    try {
        cv::dnn::Net net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
#if CV_VERSION_MAJOR > 4 || (CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR >= 7)
        net.enableWinograd(false); // loses digits
#endif
        return [net, input, names = std::vector<cv::String>(outputs.begin(), outputs.end())](
                   const torch::Tensor& images) mutable {
            return outputsOfNet(net, input, names, images);
        };
    } catch (const cv::Exception& error) {
        return failure(refusedByOpenCv(error));
    }
}

Expected<std::vector<torch::Tensor>> runByOpenCv(const std::filesystem::path& file,
                                                 const std::string& input,
                                                 const torch::Tensor& images,
                                                 const std::vector<std::string>& outputs) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    auto network = openByOpenCv(bytes, input, outputs);
    auto found = network ? (*network)(images) : failure(network.error());
    if (!found)
        found.error().path = file.string();
    return found;
}

} // namespace concertina
