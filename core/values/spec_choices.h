// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace concertina {

// The values of the spec's fields that are one of a few names. `choiceNames` has the names as specs
// spell them, in the order of the enum.

/// The name of each value of `Choice`.
template <class Choice>
inline constexpr std::array<std::string_view, 0> choiceNames{};

/// How pixels become the network's input.
enum class InputNormalization {
    ImageNet, ///< the mean and the deviation of ImageNet, a channel
    Unit,     ///< from 0 to 1
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<InputNormalization>{"imagenet",
                                                                                 "unit"};

/// How the samples of several sets make up batches.
enum class DataMix {
    Samples, ///< a batch has samples of all sets
    Batches, ///< a batch is of one set
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<DataMix>{"samples", "batches"};

/// What a sample that can't be read does to a run.
enum class DamagedSamples {
    Stop, ///< the run ends, and names the sample
    Skip, ///< another sample takes its place
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<DamagedSamples>{"stop", "skip"};

/// How copies in merged layers get the gradient of their own tasks alone.
enum class Routing {
    Exact,       ///< a backward pass for each
    Sampled,     ///< they take turns
    Partitioned, ///< each image of a batch is for one task alone
};
template <>
inline constexpr std::array<std::string_view, 3> choiceNames<Routing>{"exact", "sampled",
                                                                      "partitioned"};

/// How a product of factors meets its input. Whatever is chosen, the input is padded once and the
/// network computes the same, to rounding.
enum class Contraction {
    Cheapest,  ///< what costs least, layer by layer
    Compose,   ///< one kernel, one convolution
    Run,       ///< a convolution for each factor, where factors are convolutions
    Calibrate, ///< what takes least time, measured before the first step
};
template <>
inline constexpr std::array<std::string_view, 4> choiceNames<Contraction>{"cheapest", "compose",
                                                                          "run", "calibrate"};

/// How new kernels are drawn, from a normal distribution around 0.
enum class StartWeights {
    Xavier,  ///< variance 2 ÷ (inputs + outputs) of a kernel, as in MTAN's SegNet
    Kaiming, ///< 2 ÷ outputs, as in torchvision's ResNet (He 2015, fan-out)
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<StartWeights>{"xavier", "kaiming"};

/// Which channels of wider layers of another program's weights a network takes.
enum class InitialChannels {
    Leading,   ///< the first ones
    Strongest, ///< those whose kernels have the largest Σ |W|, in their order
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<InitialChannels>{"leading",
                                                                              "strongest"};

/// What weight decay makes smaller.
enum class DecayOn {
    Kernels, ///< the product of the factors
    Factors, ///< each factor
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<DecayOn>{"kernels", "factors"};

/// Which parameters a step moves.
enum class Updates {
    Joint,       ///< all
    Alternating, ///< cores and the others in turns
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<Updates>{"joint", "alternating"};

/// Where a run trains.
enum class Device { Cpu, Cuda };
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<Device>{"cpu", "cuda"};

/// The type that convolutions compute in; weights are float32.
enum class Precision { Float32, Bfloat16 };
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<Precision>{"float32", "bfloat16"};

/// How feature maps lie in memory.
enum class MemoryFormat {
    Contiguous,   ///< NCHW
    ChannelsLast, ///< NHWC
};
template <>
inline constexpr std::array<std::string_view, 2> choiceNames<MemoryFormat>{"contiguous",
                                                                           "channels-last"};

/// How specs spell a value.
template <class Choice>
std::string choiceName(Choice value) {
    return std::string(choiceNames<Choice>.at(static_cast<std::size_t>(value)));
}

/// The value that specs spell `name`; none for another name.
template <class Choice>
std::optional<Choice> choiceNamed(std::string_view name) {
    const auto& names = choiceNames<Choice>;
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<Choice>(found - names.begin());
}

} // namespace concertina
