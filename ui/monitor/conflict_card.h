// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/conflict.h"
#include "core/values/json.h"
#include "core/values/spec.h"
#include "widgets/controls/card.h"

#include <cstdint>
#include <vector>

class QStackedWidget;
class QToolButton;

namespace concertina {

class ConflictMatrix;
class RunFeed;
class ScaleLegend;
class TonedLabel;
struct Catalogue;

/// How the tasks of a run pull at what they share, over the last measurements: a matrix, what its
/// colours mean, and the strongest conflict in words. Follows the feed by itself.
class ConflictCard : public Card {
    Q_OBJECT

public:
    /// Both must outlive it.
    ConflictCard(const RunFeed& feed, const Catalogue& catalogue, QWidget* parent = nullptr);

    /// Whether the run's sharing can still be changed, as suggestions do.
    void setChangeable(bool changeable);

Q_SIGNALS:
    void suggestionWanted(); ///< of splits, from what is measured

protected:
    void changeEvent(QEvent* event) override;

private:
    void adoptRecord();
    void adopt();
    void adoptColors();
    void showSuggest();
    void showMatrix(const std::vector<ConflictMean>& means);
    QString whyEmpty() const;
    QString summary(const std::vector<ConflictMean>& layers) const;
    QString words(const ConflictMean& layer, const std::vector<ConflictMean>& means) const;
    QString label(const std::string& task) const;

    const RunFeed& m_feed;
    const Catalogue& m_catalogue;
    ExperimentSpec m_spec; ///< of the run, as far as it can be read
    Json m_specJson;       ///< that `m_spec` was read from; null without a run
    Json m_planJson;       ///< that `m_layers` was read from
    std::vector<std::string> m_layers; ///< of the run's network, in order
    QString m_summary;     ///< shown while no cell is pointed at
    std::int64_t m_endedAt = -1; ///< the step of a run that does not go on; −1: it may
    bool m_changeable = false;
    bool m_measured = false;
    QToolButton* m_suggest;
    QStackedWidget* m_stack;
    TonedLabel* m_empty;
    ConflictMatrix* m_matrix;
    ScaleLegend* m_legend;
    TonedLabel* m_words;
};

} // namespace concertina
