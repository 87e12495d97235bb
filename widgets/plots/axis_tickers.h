// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/series.h"

#include <QSharedPointer>

#include <qcustomplot.h>

namespace concertina {

/// Ticks of x: whole steps ("12 k" where they are many), epochs, durations ("5 min").
QSharedPointer<QCPAxisTicker> xTicker(CurveAxis axis);

/// Ticks of y, all with as many decimals as distinguish them.
QSharedPointer<QCPAxisTicker> yTicker();

/// Ticks of a logarithmic y: powers of ten, with 2 and 5 between them where these are few, and
/// even distances within less than a decade.
QSharedPointer<QCPAxisTicker> logTicker();

} // namespace concertina
