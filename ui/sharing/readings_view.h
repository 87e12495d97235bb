// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/factor_reading.h"
#include "core/values/problem.h"
#include "widgets/sharing/sharing_model.h"

#include <QWidget>

#include <vector>

namespace concertina {

class MixtureMap;
class TonedLabel;

/// What the gates and mixtures of a run's last checkpoint say: how many layers each task claims,
/// and a map of shares. Hidden where the network has neither.
class ReadingsView : public QWidget {
    Q_OBJECT

public:
    explicit ReadingsView(QWidget* parent = nullptr);

    void clear(); ///< and hides
    void wait();  ///< until there is an answer
    void show(const FactorReadings& readings, const std::vector<SharingTask>& tasks);
    void show(const Problem& problem);

private:
    void say(const QString& text);
    void showMixtures(const FactorReadings& readings, const std::vector<SharingTask>& tasks);

    TonedLabel* m_words;
    MixtureMap* m_mixtures;
    QString m_summary; ///< shown while no cell is pointed at
};

} // namespace concertina
