// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/fitted_weights.h"

#include "core/model/sharing_edit.h"
#include "core/network/channel_spaces.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t shownNames = 8;
const std::string everyTask = "weights"; ///< the one task of such a network

/// A way to name a layer's convolution and norm, behind the layer's name.
struct NamingWay {
    const char* convolution;
    const char* norm; ///< null: `NormName` gives the whole name
};

constexpr std::array<NamingWay, 6> namingWays{{{"", nullptr},
                                               {"", ".norm"},
                                               {"", ".bn"},
                                               {".conv", ".norm"},
                                               {".conv", ".bn"},
                                               {".0", ".1"}}};

/// "conv1.weight, fc.bias, fc.weight and 12 more".
std::string someOf(const std::vector<std::string>& names) {
    std::vector<std::string> shown;
    for (const std::string& name : names)
        if (shown.size() < shownNames)
            shown.push_back(shortened(name, 60));
    const std::size_t more = names.size() - shown.size();
    return join(shown, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// The names of a layer's parts in a file.
struct NamesInFile {
    std::string convolution, norm;
};

/// Fits tensors to layers, one after the other.
class WeightsFitting {
public:
    WeightsFitting(const InitialNetwork& weights, const LayerGraph& graph, const NormName& normName,
                   InitialChannels channels)
        : m_weights(weights),
          m_graph(graph),
          m_normName(normName),
          m_channels(channels),
          m_spaces(graph) {
        for (std::size_t i = 0; i < graph.layers.size(); ++i)
            if (graph.layers[i].task < 0)
                m_layers.push_back(i);
    }

    Expected<InitialNetwork> run() {
        chooseNames();
        for (const std::size_t layer : m_layers)
            findKernel(layer);
        chooseChannels();
        m_result.name = m_weights.name;
        m_result.tasks = {everyTask};
        m_result.ofOthers = true;
        for (const auto& [layer, kernel] : m_kernels)
            fit(layer, kernel);
        if (m_result.kernels.empty())
            return failure(nothingFits());
        settleFit();
        takeNotes();
        m_result.fit = std::move(m_fit);
        return std::move(m_result);
    }

private:
    const torch::Tensor* find(const std::string& name) const {
        const auto found = m_weights.others.find(name);
        return found == m_weights.others.end() ? nullptr : &found->second;
    }

    NamesInFile namesOf(const std::string& layer, const NamingWay& way,
                        const std::string& prefix) const {
        const std::string norm = way.norm != nullptr ? layer + way.norm
                                 : m_normName        ? m_normName(layer)
                                                     : std::string();
        return {prefix + layer + way.convolution, prefix + norm};
    }

    /// What stands before a layer's name anywhere in the file.
    std::set<std::string> prefixes() const {
        std::set<std::string> all{""};
        for (const std::size_t layer : m_layers)
            for (const NamingWay& way : namingWays) {
                const std::string ending =
                    "." + m_graph.layers[layer].name + way.convolution + ".weight";
                for (const auto& [name, tensor] : m_weights.others)
                    if (name.size() > ending.size() && name.ends_with(ending)
                        && all.size() < shownNames * shownNames)
                        all.insert(name.substr(0, name.size() - ending.size() + 1));
            }
        return all;
    }

    /// Kernels count twice: a norm is a reason to take one way of two that find the same kernels.
    void chooseNames() {
        std::size_t most = 0;
        for (const std::string& prefix : prefixes())
            for (const NamingWay& way : namingWays) {
                std::map<std::size_t, NamesInFile> names;
                std::size_t count = 0;
                for (const std::size_t layer : m_layers) {
                    names[layer] = namesOf(m_graph.layers[layer].name, way, prefix);
                    const torch::Tensor* kernel = find(names[layer].convolution + ".weight");
                    if (kernel != nullptr && kernel->dim() == 4)
                        count += find(names[layer].norm + ".running_mean") != nullptr ? 3 : 2;
                }
                if (count > most || m_names.empty()) {
                    most = count;
                    m_names = std::move(names);
                }
            }
    }

    /// Notes a kernel that may be taken, or why there is none.
    void findKernel(std::size_t index) {
        const Layer& layer = m_graph.layers[index];
        const std::string name = m_names.at(index).convolution + ".weight";
        const torch::Tensor* kernel = find(name);
        if (kernel == nullptr) {
            m_fit.missing.push_back(layer.name);
            return;
        }
        m_used.insert(name);
        const KernelShape& here = layer.kernel;
        const bool fits = kernel->dim() == 4 && kernel->size(2) == here.height
                          && kernel->size(3) == here.width && kernel->size(0) >= here.out
                          && kernel->size(1) >= here.in / here.groups;
        if (fits)
            m_kernels.emplace(index, kernel->to(torch::kFloat64));
        else
            noteShape(index, *kernel);
    }

    void noteShape(std::size_t index, const torch::Tensor& kernel) {
        const KernelShape& here = m_graph.layers[index].kernel;
        m_fit.otherShapes.push_back({m_graph.layers[index].name,
                                     m_names.at(index).convolution + ".weight",
                                     kernel.sizes().vec(),
                                     {here.out, here.in / here.groups, here.height, here.width}});
    }

    /// Of each space that kernels write: which of the file's channels are taken, in their order.
    void chooseChannels() {
        std::map<int, torch::Tensor> strength; // Σ |W| of each channel, over the kernels of a space
        for (const auto& [layer, kernel] : m_kernels) {
            const torch::Tensor sums = kernel.abs().sum({1, 2, 3});
            auto [at, isNew] = strength.try_emplace(m_spaces.written(layer), sums);
            if (!isNew && at->second.sizes() == sums.sizes())
                at->second = at->second + sums;
        }
        for (const auto& [space, sums] : strength) {
            const std::int64_t count = m_spaces.channels(space);
            m_widths[space] = sums.size(0);
            m_taken[space] = m_channels == InitialChannels::Leading || sums.size(0) <= count
                                 ? torch::arange(count)
                                 : std::get<0>(std::get<1>(sums.topk(count)).sort());
        }
    }

    /// The file's channels that a layer reads, of `width`; none where they do not fit.
    std::optional<torch::Tensor> readChannels(std::size_t layer, std::int64_t width) const {
        std::int64_t known = 0;
        int unknown = 0;
        const std::vector<int> spaces = m_spaces.read(layer);
        if (spaces.empty()) // a convolution in groups, of which all is read
            return torch::arange(width);
        for (const int space : spaces)
            if (const auto found = m_widths.find(space); found != m_widths.end())
                known += found->second;
            else
                ++unknown;
        std::vector<torch::Tensor> parts;
        std::int64_t at = 0;
        for (const int space : spaces) {
            const auto found = m_widths.find(space);
            // What no kernel of the file writes (the image, a layer that is new) is as wide as the
            // rest leaves it; of several such ones each is as wide as here.
            const std::int64_t here = m_spaces.channels(space);
            const std::int64_t wide = found != m_widths.end() ? found->second
                                      : unknown == 1          ? width - known
                                                              : here;
            if (wide < here)
                return std::nullopt;
            parts.push_back(at
                            + (found != m_widths.end() ? m_taken.at(space) : torch::arange(here)));
            at += wide;
        }
        return at == width ? std::optional(torch::cat(parts)) : std::nullopt;
    }

    void fit(std::size_t index, const torch::Tensor& kernel) {
        const Layer& layer = m_graph.layers[index];
        const int space = m_spaces.written(index);
        const auto reads = readChannels(index, kernel.size(1));
        if (!reads || m_widths.at(space) != kernel.size(0)
            || reads->size(0) != layer.kernel.in / layer.kernel.groups
            || (layer.kernel.groups > 1 && kernel.size(0) != layer.kernel.out
                && m_spaces.read(index).empty() && kernel.size(1) > 1))
            return noteShape(index, kernel);
        const torch::Tensor& writes = m_taken.at(space);
        const NamesInFile& names = m_names.at(index);
        put(layer, "kernel", kernel.index_select(0, writes).index_select(1, *reads));
        const torch::Tensor none = torch::zeros({kernel.size(0)}, torch::kFloat64);
        put(layer, "bias", vectorOf(names.convolution + ".bias", none).index_select(0, writes));
        if (kernel.size(0) != layer.kernel.out || kernel.size(1) != reads->size(0))
            m_fit.narrowed.push_back(layer.name);
        m_fit.loaded.push_back(layer.name);
        if (!layer.norm)
            return;
        if (find(names.norm + ".running_mean") == nullptr
            || find(names.norm + ".running_var") == nullptr) {
            m_fit.withoutNorm.push_back(layer.name);
            return;
        }
        const torch::Tensor one = torch::ones_like(none);
        const auto norm = [&](const char* part, const char* inFile,
                              const torch::Tensor& otherwise) {
            put(layer, part, vectorOf(names.norm + inFile, otherwise).index_select(0, writes));
        };
        norm("norm.weight", ".weight", one);
        norm("norm.bias", ".bias", none);
        norm("norm.mean", ".running_mean", none);
        norm("norm.var", ".running_var", one);
    }

    /// A value a channel, or what stands in for it where the file has none of that shape.
    torch::Tensor vectorOf(const std::string& name, const torch::Tensor& otherwise) {
        const torch::Tensor* found = find(name);
        if (found == nullptr || found->sizes() != otherwise.sizes())
            return otherwise;
        m_used.insert(name);
        return found->to(torch::kFloat64);
    }

    void put(const Layer& layer, const std::string& part, torch::Tensor value) {
        m_result.kernels[layer.name + "/" + part + "/" + everyTask] = std::move(value);
    }

    std::string patternsOf(const std::vector<std::string>& layers) const {
        std::vector<std::string> names;
        std::vector<std::size_t> chosen;
        for (const std::size_t layer : m_layers) {
            const std::string& name = m_graph.layers[layer].name;
            if (std::ranges::find(layers, name) != layers.end())
                chosen.push_back(names.size());
            names.push_back(name);
        }
        return join(layerPatterns(names, chosen), ", ");
    }

    /// What became of the file's tensors; counters of batches are nothing to be left.
    void settleFit() {
        m_fit.layers = static_cast<int>(m_layers.size());
        for (const WeightsFit::OtherShape& other : m_fit.otherShapes)
            m_used.erase(other.tensor);
        m_fit.used.assign(m_used.begin(), m_used.end());
        for (const auto& [name, tensor] : m_weights.others)
            if (!m_used.contains(name) && !name.ends_with(".num_batches_tracked")
                && std::ranges::find(m_fit.otherShapes, name, &WeightsFit::OtherShape::tensor)
                       == m_fit.otherShapes.end())
                m_fit.left.push_back(name);
    }

    /// "enc2.1 (8 × 6 × 5 × 5, here 8 × 6 × 3 × 3)", some of them.
    std::string otherShapesText() const {
        std::vector<std::string> texts;
        for (const WeightsFit::OtherShape& other : m_fit.otherShapes)
            texts.push_back(other.layer + " (" + extentsText(other.inFile) + ", here "
                            + extentsText(other.here) + ")");
        return someOf(texts);
    }

    void takeNotes() {
        auto& notes = m_result.notes;
        const auto note = [&](const std::vector<std::string>& layers, const std::string& what) {
            if (!layers.empty())
                notes.push_back(what + ": " + patternsOf(layers) + ".");
        };
        note(m_fit.narrowed, m_channels == InitialChannels::Leading
                                 ? "Take the leading channels of the file's, which are more"
                                 : "Take the strongest channels of the file's, which are more");
        note(m_fit.withoutNorm, "The file has no norm of these layers, which begin with one that "
                                "changes nothing");
        note(m_fit.missing, "Not in the file, and new");
        if (!m_fit.otherShapes.empty())
            notes.push_back("Of another shape in the file, and new: " + otherShapesText() + ".");
        if (!m_fit.left.empty())
            notes.push_back("Left in the file: " + someOf(m_fit.left) + ".");
    }

    Problem nothingFits() const {
        std::vector<std::string> theirs, ours;
        for (const auto& [name, tensor] : m_weights.others)
            theirs.push_back(name);
        for (const std::size_t layer : m_layers)
            ours.push_back(m_graph.layers[layer].name);
        return {"weights.other_network", m_weights.name,
                m_fit.otherShapes.empty() ? "tensors of other layers: " + someOf(theirs)
                                          : "layers of other shapes: " + otherShapesText(),
                "kernels of these layers: " + someOf(ours),
                "is this the backbone, and no narrower than it, that the file is for?"};
    }

    const InitialNetwork& m_weights;
    const LayerGraph& m_graph;
    const NormName& m_normName;
    InitialChannels m_channels;
    ChannelSpaces m_spaces;
    std::vector<std::size_t> m_layers; ///< without heads
    std::map<std::size_t, NamesInFile> m_names;
    std::map<std::size_t, torch::Tensor> m_kernels; ///< as they are in the file
    std::map<int, std::int64_t> m_widths;           ///< of spaces in the file
    std::map<int, torch::Tensor> m_taken;
    InitialNetwork m_result;
    std::set<std::string> m_used; ///< names in the file
    WeightsFit m_fit;
};

} // namespace

Expected<InitialNetwork> fittedWeights(const InitialNetwork& weights, const LayerGraph& backbone,
                                       const NormName& normName, InitialChannels channels) {
    return WeightsFitting(weights, backbone, normName, channels).run();
}

} // namespace concertina
