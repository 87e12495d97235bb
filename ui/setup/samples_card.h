// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"
#include "ui/services/job_service.h"
#include "widgets/controls/card.h"

#include <QTimer>

#include <optional>

class QToolButton;

namespace concertina {

class SamplesView;
class TonedLabel;

/// Real samples of the training split with what the tasks are to learn of them, page by page.
class SamplesCard : public Card {
    Q_OBJECT

public:
    SamplesCard(const Catalogue& catalogue, JobService& jobs, QWidget* parent = nullptr);

    /// Shows samples of the spec; asks for them anew only where it would get others. `samples` is
    /// the size of the training split, where it is known.
    void setSpec(const ExperimentSpec& spec, std::optional<int> samples);

    /// Shows why there are none.
    void setMessage(const QString& message);

    SamplesView* view() const { return m_view; }
    QToolButton* browseButton() const { return m_browse; }
    QToolButton* previousButton() const { return m_previous; }
    QToolButton* nextButton() const { return m_next; }

Q_SIGNALS:
    void browseWanted();

private:
    Json wanted() const;
    void turn(int pages);
    void ask();
    void showPosition();

    const Catalogue& m_catalogue;
    JobService& m_jobs;
    ExperimentSpec m_spec;
    std::optional<int> m_samples;
    Json m_shown; ///< what was asked for last; null: nothing
    int m_first = 0;
    int m_rows = 2;
    int m_serial = 0;
    QTimer m_patience;
    SamplesView* m_view;
    TonedLabel* m_position;
    QToolButton* m_browse;
    QToolButton* m_previous;
    QToolButton* m_next;
};

} // namespace concertina
