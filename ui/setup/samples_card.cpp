// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/samples_card.h"

#include "core/model/task_words.h"
#include "ui/setup/samples_view.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds drawingPause{300};

QToolButton* pageButton(Qt::ArrowType arrow, const QString& name, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setArrowType(arrow);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(name);
    button->setToolTip(name);
    button->setEnabled(false);
    return button;
}

} // namespace

SamplesCard::SamplesCard(const Catalogue& catalogue, JobService& jobs, QWidget* parent)
    : Card(tr("Samples with their targets"), parent),
      m_catalogue(catalogue),
      m_jobs(jobs),
      m_view(new SamplesView),
      m_position(new TonedLabel(ColorRole::MutedText, {}, this)),
      m_browse(new QToolButton(this)),
      m_previous(pageButton(Qt::LeftArrow, tr("Earlier samples"), this)),
      m_next(pageButton(Qt::RightArrow, tr("Further samples"), this)) {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(12, 6, 12, 10);
    layout->addWidget(m_view);
    setBody(body);
    m_position->setFont(smallFont());
    m_browse->setText(tr("Browse…"));
    m_browse->setAutoRaise(true);
    m_browse->setFocusPolicy(Qt::StrongFocus);
    m_browse->setToolTip(tr("Look through the samples of every split"));
    connect(m_browse, &QToolButton::clicked, this, &SamplesCard::browseWanted);
    headerLayout()->addWidget(m_position);
    headerLayout()->addWidget(m_browse);
    headerLayout()->addWidget(m_previous);
    headerLayout()->addWidget(m_next);
    m_patience.setSingleShot(true);
    m_patience.setInterval(drawingPause);
    connect(&m_patience, &QTimer::timeout, this, &SamplesCard::ask);
    connect(m_previous, &QToolButton::clicked, this, [this] { turn(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { turn(1); });
    connect(m_view, &SamplesView::roomChanged, this, [this] {
        if (!m_shown.is_null())
            m_patience.start();
    });
}

Json SamplesCard::wanted() const {
    Json tasks = Json::array();
    for (const TaskSpec& task : m_spec.tasks)
        tasks.push_back({{"id", task.method.id},
                         {"options", task.method.options},
                         {"target", task.targetName()}});
    Json sets = Json::array();
    for (const DataSetSpec& set : m_spec.data.sets())
        sets.push_back({set.called(), set.trainSplit, toJson(set.dataset)});
    return {{"sets", std::move(sets)},
            {"height", m_spec.data.height},
            {"width", m_spec.data.width},
            {"tasks", std::move(tasks)}};
}

void SamplesCard::setSpec(const ExperimentSpec& spec, std::optional<int> samples) {
    m_spec = spec;
    m_samples = samples;
    if (samples && m_first >= *samples)
        m_first = 0;
    showPosition();
    const Json key = wanted();
    if (key == m_shown)
        return;
    const bool first = m_shown.is_null();
    m_shown = key;
    ++m_serial;
    if (first)
        m_view->setMessage(tr("Reading samples…"));
    m_patience.start();
}

void SamplesCard::setMessage(const QString& message) {
    m_patience.stop();
    ++m_serial;
    m_shown = Json();
    m_samples.reset();
    m_view->setFrames({});
    m_view->setMessage(message);
    showPosition();
}

void SamplesCard::turn(int pages) {
    m_first = std::max(0, m_first + pages * m_rows);
    showPosition();
    ask();
}

void SamplesCard::ask() {
    m_patience.stop();
    std::vector<SamplesView::Column> columns;
    for (const TaskWords& words : taskWords(m_spec, m_catalogue))
        columns.push_back({toQt(words.letter), toQt(words.label)});
    m_view->setColumns(std::move(columns));
    m_rows = m_view->rowsThatFit(m_spec.data.height, m_spec.data.width);
    const int count = m_samples ? std::min(m_rows, *m_samples - m_first) : m_rows;
    showPosition();
    if (count < 1) {
        m_view->setMessage(tr("The training split is empty."));
        return;
    }
    const int serial = ++m_serial;
    m_jobs.samples(m_spec, m_first, count,
                   {this, [this, serial](Expected<std::vector<Frame>> frames) {
                        if (serial != m_serial)
                            return;
                        if (!frames) {
                            m_view->setFrames({});
                            m_view->setMessage(toQt(toText(frames.error())));
                        } else if (frames->empty()) {
                            m_view->setMessage(tr("There is no sample here."));
                        } else {
                            m_view->setFrames(std::move(*frames));
                        }
                    }});
}

void SamplesCard::showPosition() {
    const int last = m_samples ? std::min(m_first + m_rows, *m_samples) : 0;
    QString position;
    if (m_samples && last > m_first)
        position = last == m_first + 1
                       ? tr("%1 of %2").arg(last).arg(*m_samples)
                       : tr("%1–%2 of %3").arg(m_first + 1).arg(last).arg(*m_samples);
    m_position->setText(position);
    m_previous->setEnabled(m_samples && m_first > 0);
    m_next->setEnabled(m_samples && last < *m_samples);
}

} // namespace concertina
