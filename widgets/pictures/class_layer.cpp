// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/class_layer.h"

#include "widgets/pictures/picture.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int Full = 256;           ///< of an opacity
constexpr double SteppedBack = 0.3; ///< of the opacity of what is not highlighted
constexpr double Dimmed = 0.45;     ///< of the light of the picture behind that
constexpr double LeastHighlight = 0.7;

/// A class' colour and how much of it and of the picture is seen.
struct Ink {
    int red = 0;
    int green = 0;
    int blue = 0;
    int own = Full;
    int photo = 0;
};

QRgb mixed(const Ink& ink, QRgb photo) {
    const auto mix = [&ink](int own, int other) { return (own * ink.own + other * ink.photo) / Full; };
    return qRgb(mix(ink.red, qRed(photo)), mix(ink.green, qGreen(photo)),
                mix(ink.blue, qBlue(photo)));
}

} // namespace

ClassLayer::ClassLayer(const ValueMap& map, std::span<const ClassInfo> classes,
                       const QImage& photo)
    : m_height(map.height), m_width(map.width), m_classes(classes.begin(), classes.end()) {
    const auto none = static_cast<std::uint16_t>(m_classes.size());
    m_indices.reserve(map.values.size());
    for (const float value : map.values)
        m_indices.push_back(value >= 0 && static_cast<std::size_t>(value) < m_classes.size()
                                ? static_cast<std::uint16_t>(value)
                                : none);
    m_edges.resize(m_indices.size());
    for (int y = 0; y < m_height; ++y)
        for (int x = 0; x < m_width; ++x) {
            const std::size_t at = static_cast<std::size_t>(y) * m_width + x;
            const bool right = x + 1 < m_width && m_indices[at] != m_indices[at + 1];
            const bool below =
                y + 1 < m_height && m_indices[at] != m_indices[at + static_cast<std::size_t>(m_width)];
            m_edges[at] = right || below;
        }
    const QSize size(m_width, m_height);
    m_photo = photo.size() == size || photo.isNull()
                  ? photo
                  : photo.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    if (m_photo.isNull()) {
        m_photo = QImage(size, QImage::Format_RGB32);
        m_photo.fill(Qt::black);
    }
    m_photo.convertTo(QImage::Format_RGB32);
}

QImage ClassLayer::draw(const ClassStyle& style) const {
    std::vector<Ink> areas, outlines;
    for (std::size_t i = 0; i <= m_classes.size(); ++i) {
        const bool known = i < m_classes.size();
        const int index = known ? static_cast<int>(i) : -1;
        const Rgb color = known ? m_classes[i].color : UnknownColor;
        double opacity = style.hidden.contains(index) ? 0 : style.opacity;
        double edge = style.hidden.contains(index) ? 0 : 1;
        double light = 1;
        if (style.highlighted >= 0 && index == style.highlighted) {
            opacity = std::max(opacity, LeastHighlight);
            edge = 1;
        } else if (style.highlighted >= 0) {
            opacity *= SteppedBack;
            edge = opacity;
            light = Dimmed;
        }
        const auto ink = [&](double share) {
            const int own = static_cast<int>(std::lround(share * Full));
            return Ink{color[0], color[1], color[2], own,
                       static_cast<int>(std::lround((Full - own) * light))};
        };
        areas.push_back(ink(opacity));
        outlines.push_back(ink(edge));
    }
    QImage result(m_width, m_height, QImage::Format_RGB32);
    std::size_t at = 0;
    for (int y = 0; y < m_height; ++y) {
        auto* row = reinterpret_cast<QRgb*>(result.scanLine(y));
        const auto* photo = reinterpret_cast<const QRgb*>(m_photo.constScanLine(y));
        for (int x = 0; x < m_width; ++x, ++at)
            row[x] = mixed((m_edges[at] ? outlines : areas)[m_indices[at]], photo[x]);
    }
    return result;
}

QImage drawMap(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range) {
    return map.empty() ? QImage() : toQImage(draw(map, classes, range));
}

} // namespace concertina
