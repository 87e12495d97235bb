// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/error_text.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <cmath>

namespace concertina {

QString errorText(TargetKind kind, double value) {
    if (std::isnan(value))
        return QStringLiteral("–");
    if (std::isinf(value)) // what was predicted is no number
        return QStringLiteral("∞");
    // Small ones are what collapsing leaves: they must not read as nothing.
    const auto number = [](double of, int decimals) {
        const bool small = of > 0 && of < std::pow(10, -decimals);
        return toQt(small ? digitsText(of, 2) : fixedText(of, decimals));
    };
    switch (kind) {
    case TargetKind::Classes: return number(100 * value, value < 0.1 ? 2 : 1) + QStringLiteral(" %");
    case TargetKind::Depth: return number(value, 3) + QStringLiteral(" m");
    case TargetKind::Normals: return number(value, 1) + QStringLiteral("°");
    }
    return {};
}

} // namespace concertina
