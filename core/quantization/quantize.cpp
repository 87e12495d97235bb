// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantization/quantize.h"

#include "core/quantization/equalize.h"
#include "core/quantization/layer_rounding.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace concertina {

namespace {

constexpr const char* entropyName = "entropy";
constexpr int lossImages = 4;        ///< that what a layer costs is measured on
constexpr int correctionImages = 16; ///< that biases are corrected on, at once

using Layers = std::set<std::string, std::less<>>;

/// The layers that are to stay in floats by name.
Expected<Layers> namedLayers(const std::vector<std::string>& layers,
                             const std::vector<std::string>& patterns) {
    Layers kept;
    for (const std::string& pattern : patterns) {
        bool any = false;
        for (const std::string& layer : layers)
            if (matchesPattern(layer, pattern)) {
                any = true;
                kept.insert(layer);
            }
        if (!any)
            return failure({"quantize.keep_float", "keep_float", pattern, "a layer of the network",
                            suggestion(pattern, layers)});
    }
    return kept;
}

/// What makes a network of 8 bits, step by step.
class Quantizer {
public:
    Quantizer(CollapsedNetwork network, torch::Tensor images, const QuantizationChoices& how,
              Progress progress, std::stop_token stop)
        : m_network(std::move(network)),
          m_images(std::move(images)),
          m_how(how),
          m_progress(std::move(progress)),
          m_stop(std::move(stop)),
          m_layers(layersOf(m_network.program)) {}

    Expected<QuantizedNetwork> run(bool measured) {
        auto named = namedLayers(m_layers, m_how.keepFloat);
        if (!named)
            return failure(named.error());
        m_kept = std::move(*named);
        say(0, "ranges of the values");
        const auto ranges =
            valueRanges(m_network, m_images,
                        valuesHeld(m_network.program, [](const std::string&) { return true; }),
                        m_how.ranges, [this] { return m_stop.stop_requested(); });
        if (!ranges)
            return failure(ranges.error());
        for (const CalibratedRange& range : *ranges)
            m_scales.push_back(scaleOf(range));
        QuantizedNetwork result;
        const CollapsedNetwork all = rounded([](const std::string&) { return true; });
        for (const std::string& layer : m_layers)
            result.layers.push_back(weightPrecision(m_network, all, layer));
        if ((measured || m_how.floatLayers > 0) && !measure(result.layers))
            return failure(stoppedProblem(m_network.name));
        keepWorst(result.layers);
        if (m_kept.size() == m_layers.size())
            return failure({"quantize.nothing", "keep_float",
                            "all " + std::to_string(m_layers.size()) + " layers are kept in floats",
                            "a layer that is held in 8 bits", "weights of float32 say the same"});
        for (LayerPrecision& layer : result.layers)
            layer.isFloat = m_kept.contains(layer.layer);
        result.network =
            rounded([this](const std::string& layer) { return !m_kept.contains(layer); });
        if (m_how.correctBias) {
            say(0.95, "biases");
            correctBiases(result.network, m_network, firstImages(correctionImages));
        }
        say(1, "done");
        return result;
    }

private:
    void say(double share, const std::string& what) const {
        if (m_progress)
            m_progress(share, what);
    }

    torch::Tensor firstImages(int count) const {
        return m_images.narrow(0, 0, std::min<std::int64_t>(count, m_images.size(0)));
    }

    CollapsedNetwork rounded(const std::function<bool(const std::string&)>& chosen) const {
        return withRounded(m_network, m_scales, m_how.weightBits, chosen);
    }

    /// What each layer alone does to the outputs; false: stopped.
    bool measure(std::vector<LayerPrecision>& layers) const {
        const torch::Tensor images = firstImages(lossImages);
        const std::vector<torch::Tensor> right = m_network.forward(images, {});
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (m_stop.stop_requested())
                return false;
            const std::string& name = layers[i].layer;
            say(0.3 + 0.6 * static_cast<double>(i) / static_cast<double>(layers.size()),
                "layer " + name);
            layers[i].outputError = outputError(right, rounded([&](const std::string& layer) {
                                                           return layer == name;
                                                       }).forward(images, {}));
        }
        return true;
    }

    /// Adds those that lose most to what is kept.
    void keepWorst(const std::vector<LayerPrecision>& layers) {
        std::vector<const LayerPrecision*> order;
        for (const LayerPrecision& layer : layers)
            if (!m_kept.contains(layer.layer))
                order.push_back(&layer);
        std::ranges::stable_sort(order, std::greater(), [](const LayerPrecision* layer) {
            return layer->outputError.value_or(0);
        });
        for (std::size_t i = 0;
             i < std::min(order.size(), static_cast<std::size_t>(m_how.floatLayers)); ++i)
            m_kept.insert(order[i]->layer);
    }

    CollapsedNetwork m_network; ///< in floats
    torch::Tensor m_images;
    const QuantizationChoices& m_how;
    Progress m_progress;
    std::stop_token m_stop;
    std::vector<std::string> m_layers;
    std::vector<ValueScale> m_scales; ///< one an instruction
    Layers m_kept;
};

} // namespace

std::vector<FieldInfo> quantizationFields() {
    const QuantizationChoices usual;
    constexpr int mostImages = 10'000;
    std::vector<FieldInfo> fields{
        {.path = "images",
         .type = FieldType::Integer,
         .defaultValue = usual.images,
         .minimum = 1,
         .maximum = mostImages,
         .label = "Calibration images",
         .help = "Of int8: training images that the ranges of values are measured on."},
        {.path = "ranges",
         .type = FieldType::Choice,
         .defaultValue = "minmax",
         .choices = {"minmax", entropyName},
         .label = "Ranges",
         .help = "Of int8: all that a value was (minmax), or what of it loses the least "
                 "information (entropy), which cuts off what is far out."},
        {.path = "weight_bits",
         .type = FieldType::Integer,
         .defaultValue = usual.weightBits,
         .minimum = 7,
         .maximum = 8,
         .label = "Bits of weights",
         .help = "Of int8: 7 for x86 processors without VNNI, on which sums of ONNX Runtime "
                 "run over with 8."},
        {.path = "equalize",
         .type = FieldType::Boolean,
         .defaultValue = usual.equalize,
         .label = "Equalize layers",
         .help = "Of int8: makes the ranges of channels between two convolutions alike, which "
                 "changes nothing else."},
        {.path = "correct_bias",
         .type = FieldType::Boolean,
         .defaultValue = usual.correctBias,
         .label = "Correct biases",
         .help = "Of int8: takes the mean of what rounding does to a channel off its bias."},
        {.path = "keep_float",
         .type = FieldType::Texts,
         .defaultValue = Json::array(),
         .label = "Layers in floats",
         .help = "Of int8: layers that stay in float32, by their names; head.* are all whose "
                 "names begin so."},
        {.path = "float_layers",
         .type = FieldType::Integer,
         .defaultValue = usual.floatLayers,
         .minimum = 0,
         .maximum = mostImages,
         .label = "Worst layers in floats",
         .help = "Of int8: how many more layers stay in float32, those that change the "
                 "outputs most, as is measured."}};
    for (FieldInfo& field : fields)
        field.advanced = true; // of one of the types alone
    return fields;
}

QuantizationChoices quantizationChoices(const Json& options) {
    return {.images = options.at("images").get<int>(),
            .ranges = options.at("ranges").get<std::string>() == entropyName ? RangeRule::Entropy
                                                                             : RangeRule::MinMax,
            .weightBits = options.at("weight_bits").get<int>(),
            .equalize = options.at("equalize").get<bool>(),
            .correctBias = options.at("correct_bias").get<bool>(),
            .keepFloat = options.at("keep_float").get<std::vector<std::string>>(),
            .floatLayers = options.at("float_layers").get<int>()};
}

Expected<QuantizedNetwork> quantize(const CollapsedNetwork& network, const torch::Tensor& images,
                                    const QuantizationChoices& how, bool measured,
                                    const Progress& progress, const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    const std::int64_t count =
        images.defined() ? std::min<std::int64_t>(images.size(0), how.images) : 0;
    if (count == 0)
        return failure({"quantize.images", "images", "no training image",
                        "images that the ranges of values can be measured on",
                        "int8 needs the run's data; other weights do not"});
    const auto isBroken = [](const torch::Tensor& tensor) {
        return !tensor.isfinite().all().item<bool>();
    };
    if (const auto broken = std::ranges::find_if(network.tensors, isBroken);
        broken != network.tensors.end())
        return failure(
            {"quantize.not_finite",
             network.program.tensors[static_cast<std::size_t>(broken - network.tensors.begin())],
             "weights that are no finite numbers", "finite numbers",
             "a network that has diverged can't be held in 8 bits"});
    return Quantizer(how.equalize ? equalized(network) : network, images.narrow(0, 0, count), how,
                     progress, stop)
        .run(measured);
}

double weightBytes(const CollapsedNetwork& network, torch::ScalarType type) {
    double bytes = 0;
    for (std::size_t i = 0; i < network.tensors.size(); ++i) {
        const auto count = static_cast<double>(network.tensors[i].numel());
        const bool isRounded =
            !network.quantization.empty() && network.quantization.kernels[i].defined();
        bytes += isRounded ? count + 4.0 * static_cast<double>(network.tensors[i].size(0))
                           : count * static_cast<double>(c10::elementSize(type));
    }
    return bytes;
}

} // namespace concertina
