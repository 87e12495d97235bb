// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QFontMetrics;
class QString;

namespace concertina {

/// A layer's name in so many pixels: its parts become their first letters, from the left, as
/// "l2.0.downsample.0" or "l2.0.d.0" of "layer2.0.downsample.0", so that neighbours can be told
/// apart.
QString shortLayerName(const QString& name, const QFontMetrics& metrics, int width);

} // namespace concertina
