// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/error_text.h"

#include "widgets/qt_text.h"

namespace concertina {

QString errorText(const TargetKind* kind, double value) {
    return toQt(kind->errorText(value));
}

} // namespace concertina
