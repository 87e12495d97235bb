// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace architecture {

/// The libraries that a program names itself (its direct NEEDED entries, which `ldd` mixes with
/// those of its libraries). Empty where `readelf` is missing or the file is no program.
QStringList neededBy(const QString& program);

/// Programs of this name (with `*`) below a folder; CMake's own folders are left out.
QStringList programsIn(const QString& folder, const QString& name);

} // namespace architecture
