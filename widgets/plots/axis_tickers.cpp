// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/axis_tickers.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

namespace {

/// As many decimals as ticks at this distance need: 0 for 5, 1 for 2.5, 3 for 0.025.
int decimalsOf(double step) {
    if (!(step > 0))
        return 0;
    int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const double scaled = step * std::pow(10, decimals);
    if (std::abs(scaled - std::round(scaled)) > 1e-6)
        ++decimals;
    return decimals;
}

QString plainNumber(double value, double step) {
    const double magnitude = std::max(std::abs(value), step);
    if (magnitude >= 1e6 || decimalsOf(step) > 5)
        return toQt(digitsText(value, 4));
    // Rounding writes −0 for what lies a hair below zero.
    if (std::abs(value) < step * 1e-6)
        value = 0;
    return toQt(fixedText(value, decimalsOf(step)));
}

class NumberTicker : public QCPAxisTicker {
public:
    explicit NumberTicker(bool whole) : m_whole(whole) {}

protected:
    double getTickStep(const QCPRange& range) override {
        m_step = QCPAxisTicker::getTickStep(range);
        if (m_whole)
            m_step = std::max(1.0, std::round(m_step));
        return m_step;
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (m_whole && m_step >= 1000) {
            const bool millions = m_step >= 1e6;
            const double unit = millions ? 1e6 : 1e3;
            return tick == 0 ? QStringLiteral("0")
                             : plainNumber(tick / unit, m_step / unit)
                                   + (millions ? QStringLiteral(" M") : QStringLiteral(" k"));
        }
        return plainNumber(tick, m_step);
    }

private:
    bool m_whole;
    double m_step = 1;
};

/// At distances that people count time in.
class DurationTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override {
        constexpr std::array steps{0.1,  0.2,   0.5,   1.0,   2.0,    5.0,    10.0,   15.0,  30.0,
                                   60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0};
        const double wanted = range.size() / mTickCount;
        const auto found = std::ranges::lower_bound(steps, wanted);
        m_step = found != steps.end() ? *found
                                      : 3600 * std::ceil(QCPAxisTicker::getTickStep(range) / 3600);
        return m_step;
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (std::abs(tick) < m_step * 1e-6)
            return QStringLiteral("0");
        if (m_step < 1)
            return toQt(fixedText(tick, 1)) + QStringLiteral(" s");
        const auto whole = static_cast<qint64>(std::llround(tick));
        const qint64 hours = whole / 3600, minutes = whole / 60 % 60, seconds = whole % 60;
        if (hours > 0)
            return m_step >= 3600
                       ? QStringLiteral("%1 h").arg(hours)
                       : QStringLiteral("%1:%2 h").arg(hours).arg(minutes, 2, 10, QLatin1Char('0'));
        if (minutes > 0)
            return m_step >= 60 ? QStringLiteral("%1 min").arg(minutes)
                                : QStringLiteral("%1:%2 min")
                                      .arg(minutes)
                                      .arg(seconds, 2, 10, QLatin1Char('0'));
        return QStringLiteral("%1 s").arg(seconds);
    }

private:
    double m_step = 1;
};

class LogTicker : public QCPAxisTicker {
protected:
    QVector<double> createTickVector(double step, const QCPRange& range) override {
        if (!(range.lower > 0) || !std::isfinite(range.upper))
            return {};
        const double decades = std::log10(range.upper / range.lower);
        QVector<double> ticks;
        const int every = std::max(1, static_cast<int>(decades / mTickCount));
        for (int power = static_cast<int>(std::floor(std::log10(range.lower)));
             std::pow(10, power) <= range.upper; ++power)
            for (const double factor : {1.0, 2.0, 5.0}) {
                const double tick = factor * std::pow(10, power);
                const bool wanted = factor == 1.0 ? power % every == 0 : decades < 2.5;
                if (wanted && range.contains(tick))
                    ticks.append(tick);
            }
        m_even = ticks.size() < 3;
        if (!m_even)
            return ticks;
        m_step = step;
        return QCPAxisTicker::createTickVector(step, range);
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (m_even)
            return plainNumber(tick, m_step);
        return toQt(digitsText(tick, 3));
    }

private:
    bool m_even = false;
    double m_step = 1;
};

} // namespace

QSharedPointer<QCPAxisTicker> xTicker(CurveAxis axis) {
    if (axis == CurveAxis::Time)
        return QSharedPointer<DurationTicker>::create();
    return QSharedPointer<NumberTicker>::create(axis == CurveAxis::Step);
}

QSharedPointer<QCPAxisTicker> yTicker() {
    return QSharedPointer<NumberTicker>::create(false);
}

QSharedPointer<QCPAxisTicker> logTicker() {
    return QSharedPointer<LogTicker>::create();
}

} // namespace concertina
