// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "widgets/controls/card.h"

#include <QImage>

#include <cstdint>
#include <optional>
#include <vector>

class QLabel;
class QScrollArea;
class QSlider;

namespace concertina {

class PreviewSheet;
class SegmentedControl;
class StoreAccess;
struct Catalogue;

/// What the network predicted for the same frames at each validation, with a slider back through
/// them. Stays with the newest while the slider stands at its end.
class PredictionsCard : public Card {
    Q_OBJECT

public:
    PredictionsCard(StoreAccess& store, const Catalogue& catalogue, QWidget* parent = nullptr);

    void show(const RunId& run, const ExperimentSpec& spec,
              const std::vector<PreviewRecord>& previews);

    std::optional<std::int64_t> step() const; ///< that the slider stands at
    const PreviewSheet& sheet() const { return *m_sheet; }

private:
    struct Loaded {
        PreviewRecord record;
        QImage image;
        QString trouble;
    };
    static Loaded load(const std::filesystem::path& folder, const PreviewRecord& record);

    void adoptKinds();
    void adoptSteps(bool anew);
    void sayStep();
    void request();
    void arrange(const std::vector<Loaded>& pictures);
    QString captionOf(const PreviewRecord& record, int& task) const;
    std::string chosenKind() const;

    StoreAccess& m_store;
    const Catalogue& m_catalogue;
    RunId m_run;
    ExperimentSpec m_spec;
    std::vector<PreviewRecord> m_previews;
    std::vector<std::int64_t> m_steps;
    bool m_loading = false;
    bool m_stale = false; ///< something else is to be loaded by now

    SegmentedControl* m_kinds;
    PreviewSheet* m_sheet;
    QScrollArea* m_area;
    QSlider* m_slider;
    QLabel* m_stepText;
    QWidget* m_foot;
};

} // namespace concertina
