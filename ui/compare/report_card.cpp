// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/report_card.h"

#include "core/values/text.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/pill.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QToolButton>

#include <cmath>
#include <initializer_list>
#include <utility>

namespace concertina {

namespace {

/// None where it was not measured.
QString milliseconds(double of) {
    return of > 0 && std::isfinite(of) ? toQt(digitsText(of, 3)) + QStringLiteral(" ms")
                                       : QStringLiteral("–");
}

QString bytes(double of) {
    return of > 0 ? toQt(bytesText(of)) : QStringLiteral("–");
}

QToolButton* linkButton(const QString& label, const QString& tip) {
    auto* button = new QToolButton;
    button->setText(label);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setFont(smallFont());
    return button;
}

QHBoxLayout* lineOf(std::initializer_list<QToolButton*> links) {
    auto* line = new QHBoxLayout;
    line->setContentsMargins(8, 0, 8, 0);
    for (QToolButton* link : links)
        line->addWidget(link);
    line->addStretch(1);
    return line;
}

} // namespace

ReportCard::ReportCard(JobService& jobs, QWidget* parent)
    : Card(tr("Collapse report"), parent),
      m_jobs(jobs),
      m_verdict(new Pill),
      m_copy(linkButton(tr("Copy"), tr("Copy the report as text"))),
      m_again(linkButton(tr("Measure again"), tr("Measure the last checkpoint"))),
      m_layers(linkButton(tr("Layers"), tr("Compare layer by layer: where do they differ most?"))),
      m_runners(linkButton(tr("Runners…"), tr("How long do the programs at hand take for it?"))),
      m_nodes(linkButton(tr("Nodes…"), tr("Both networks node by node: what differs?"))),
      m_reason(new TonedLabel(ColorRole::Bad)),
      m_saved(new TonedLabel(ColorRole::MutedText)),
      m_notice(new JobNotice),
      m_savingNotice(new JobNotice) {
    headerLayout()->addWidget(m_verdict);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 4, 0, 8);
    column->setSpacing(4);
    m_grid = new QGridLayout;
    m_grid->setContentsMargins(12, 0, 12, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(0);
    m_grid->setColumnStretch(0, 1);
    column->addLayout(m_grid);
    for (TonedLabel* label : {m_reason, m_saved}) {
        label->setFont(smallFont());
        label->setWordWrap(true);
        label->setContentsMargins(12, 0, 12, 0);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        column->addWidget(label);
    }
    column->addWidget(m_notice);
    column->addWidget(m_savingNotice);
    m_savingNotice->setOffers(true, false);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(8, 0, 8, 0);
    buttons->addWidget(m_again);
    buttons->addWidget(m_layers);
    buttons->addStretch(1);
    buttons->addWidget(m_copy);
    column->addLayout(buttons);
    column->addLayout(lineOf({m_nodes, m_runners})); // of their own: the card is narrow
    setBody(body);

    connect(m_copy, &QToolButton::clicked, this, [this] {
        std::string all = m_report ? toText(*m_report) : std::string();
        if (m_verify)
            all += toText(*m_verify);
        QGuiApplication::clipboard()->setText(toQt(all));
    });
    connect(m_again, &QToolButton::clicked, this, &ReportCard::measure);
    connect(m_layers, &QToolButton::clicked, this, [this] {
        verify(true);
        showReport();
    });
    connect(m_runners, &QToolButton::clicked, this, &ReportCard::runnersAsked);
    connect(m_nodes, &QToolButton::clicked, this, &ReportCard::differenceAsked);
    connect(m_notice, &JobNotice::againAsked, this, &ReportCard::measure);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        showReport();
    });
    connect(m_savingNotice, &JobNotice::cancelled, this, [this] {
        m_saving.cancel();
        m_savingNotice->clear();
    });
    showNothing();
}

void ReportCard::showNothing() {
    m_job.cancel();
    m_run.clear();
    m_report.reset();
    m_verify.reset();
    m_saved->clear();
    m_notice->clear();
    showReport();
}

void ReportCard::showRun(const RunId& run, std::int64_t step,
                         const std::vector<std::pair<std::string, QString>>& tasks) {
    if (run == m_run)
        return setLatestStep(step);
    showNothing();
    m_run = run;
    m_latest = step;
    m_tasks = tasks;
    measure();
}

void ReportCard::setLatestStep(std::int64_t step) {
    m_latest = step;
    showReport();
}

void ReportCard::measure() {
    m_step = m_latest;
    m_report.reset();
    m_verify.reset();
    m_notice->showBusy(tr("Collapsing and timing both networks…"));
    m_jobs.collapseReport(
        m_run, m_job.next<CollapseReport>(
                   [this](Expected<CollapseReport> report) {
                       if (!report)
                           return m_notice->showFailure(tr("The network was not collapsed"),
                                                        report.error());
                       m_report = std::move(*report);
                       verify(false);
                       showReport();
                   },
                   [this](double share, const QString& what) { m_notice->showBusy(what, share); }));
    showReport();
}

void ReportCard::verify(bool layers) {
    m_notice->showBusy(tr("Comparing both networks on validation images…"));
    m_jobs.verify(m_run, layers,
                  m_job.next<VerifyReport>(
                      [this](Expected<VerifyReport> verdict) {
                          if (!verdict)
                              return m_notice->showFailure(tr("The networks were not compared"),
                                                           verdict.error());
                          m_notice->clear();
                          m_verify = std::move(*verdict);
                          showReport();
                          Q_EMIT measured();
                      },
                      [this](double share, const QString& what) {
                          m_notice->showBusy(what, share);
                      }));
}

void ReportCard::save(const RunId& run, const MethodChoice& format, const std::string& place) {
    m_saved->clear();
    m_savingNotice->showBusy(tr("Writing the collapsed network…"));
    m_jobs.saveCollapsed(
        run, format, place,
        m_saving.next<WrittenNetwork>(
            [this](Expected<WrittenNetwork> written) {
                m_savingNotice->clear();
                if (!written) {
                    Q_EMIT saveFailed(written.error());
                    return;
                }
                const QString name = toQt(written->place);
                QString text = tr("Saved: %1").arg(name);
                if (written->files.size() > 1)
                    text += tr("\n%1 files").arg(written->files.size());
                if (!written->sha256.empty())
                    text += QStringLiteral("\nSHA-256 ") + toQt(written->sha256).left(16)
                            + QStringLiteral("…");
                if (const auto verified = verificationText(*written); !verified.empty())
                    text += u'\n' + toQt(verified);
                m_saved->setText(text);
                m_saved->show();
                Q_EMIT saved(name);
            },
            [this](double share, const QString& what) { m_savingNotice->showBusy(what, share); }));
}

QString ReportCard::taskName(const std::string& id) const {
    for (const auto& [task, name] : m_tasks)
        if (task == id)
            return name;
    return toQt(id);
}

void ReportCard::clearRows() {
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_row = 0;
}

void ReportCard::addRow(const QString& name, const QString& left, const QString& right,
                        const QString& tip) {
    auto* title = new TonedLabel(ColorRole::Text, name);
    auto* before = new TonedLabel(ColorRole::MutedText, left);
    auto* after = new TonedLabel(ColorRole::Text, right);
    QFont bold = smallFont();
    bold.setWeight(QFont::DemiBold);
    for (TonedLabel* label : {title, before, after}) {
        label->setFont(label == after ? bold : smallFont());
        label->setMinimumHeight(22);
        label->setToolTip(tip);
        label->setAccessibleDescription(tip);
    }
    title->setElided(true);
    m_grid->addWidget(title, m_row, 0);
    m_grid->addWidget(before, m_row, 1, Qt::AlignRight | Qt::AlignVCenter);
    m_grid->addWidget(after, m_row, 2, Qt::AlignRight | Qt::AlignVCenter);
    ++m_row;
}

void ReportCard::addSection(const QString& name, const QString& left, const QString& right) {
    int column = 0;
    for (const QString& part : {name, left, right}) {
        auto* label = new TonedLabel(ColorRole::MutedText, part);
        label->setFont(smallFont());
        label->setMinimumHeight(24);
        m_grid->addWidget(label, m_row, column,
                          column == 0 ? Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
        ++column;
    }
    ++m_row;
}

void ReportCard::addOwners(const WeightOwners& owners) {
    if (owners.owners.size() < 2)
        return;
    addSection(tr("Weights of"), tr("in training"), tr("shipped"));
    const QString all = QStringLiteral("<pre>%1</pre>").arg(toQt(toText(owners)).toHtmlEscaped());
    const auto count = [](double weights) {
        return weights > 0 ? toQt(shortCount(weights)) : QStringLiteral("–");
    };
    for (std::size_t i = 0; i < owners.owners.size(); ++i) {
        const BeforeAfter weights = owners.of(i);
        QStringList names;
        for (const std::string& task : split(owners.owners[i], '+'))
            names << taskName(task);
        addRow(i == 0 ? tr("all tasks") : names.join(QStringLiteral(" + ")),
               count(weights.expanded), count(weights.collapsed), all);
    }
}

void ReportCard::addDifferences() {
    addSection(tr("Largest difference"), tr("float64 |Δ|"), tr("float32 Δ/max"));
    for (const TaskDifference& task : m_verify->tasks)
        addRow(taskName(task.task),
               task.maxAbs64 ? toQt(digitsText(*task.maxAbs64, 2)) : QStringLiteral("–"),
               toQt(digitsText(task.maxRel32, 2)),
               tr("In float64: of any output value, with the same pooling indices. In float32: "
                  "divided by the largest magnitude of the output."));
    for (const TaskDifference& task : m_verify->tasks)
        if (task.argmaxAgreement)
            addRow(tr("Same class"), {},
                   toQt(digitsText(100 * *task.argmaxAgreement, 5)) + QStringLiteral(" %"),
                   tr("Share of the pixels for which both networks answer the same class."));
    addRow(tr("Images compared"),
           m_verify->skipped > 0 ? tr("%1 skipped").arg(m_verify->skipped) : QString(),
           QString::number(m_verify->images),
           m_verify->skipped > 0 ? tr("Skipped: images that can't be read.") : QString());
    if (const LayerDifference* worst = m_verify->worstLayer())
        addRow(tr("Most in layer %1").arg(toQt(worst->layer)),
               worst->maxAbs64 ? toQt(digitsText(*worst->maxAbs64, 2)) : QStringLiteral("–"),
               toQt(digitsText(worst->maxRel32, 2)),
               QStringLiteral("<pre>%1</pre>").arg(toQt(layersText(*m_verify)).toHtmlEscaped()));
}

void ReportCard::showReport() {
    clearRows();
    if (m_report) {
        const CollapseReport& report = *m_report;
        addSection({}, tr("expanded"), tr("collapsed"));
        addRow(tr("Parameters"), toQt(shortCount(report.parameters.expanded)),
               toQt(shortCount(report.parameters.collapsed)));
        addRow(tr("Multiply–adds"), toQt(shortCount(report.multiplyAdds.expanded)),
               toQt(shortCount(report.multiplyAdds.collapsed)), tr("Of one image, all tasks."));
        addRow(tr("File"), bytes(report.bytes.expanded), bytes(report.bytes.collapsed),
               tr("Weights alone, without what the optimizer keeps."));
        addRow(tr("Time an image"), milliseconds(report.milliseconds.expanded),
               milliseconds(report.milliseconds.collapsed),
               tr("Median on this machine, all tasks."));
        if (report.keptNorms > 0)
            addRow(tr("Norms folded, kept"), QString::number(report.foldedNorms),
                   QString::number(report.keptNorms),
                   tr("A norm is kept as a scale and shift where its kernel has several."));
        if (report.keptParts > 0)
            addRow(tr("Convolutions kept"), {}, QString::number(report.keptParts),
                   tr("They run behind kernels: as one kernel they would differ at the border."));
        if (report.borderLayers > 0)
            addRow(tr("Wider kernels"), {}, QString::number(report.borderLayers),
                   tr("Layers folded into one kernel, exact but for a border of one pixel."));
        addOwners(report.owners);
    }
    if (m_verify)
        addDifferences();
    m_verdict->setVisible(m_verify.has_value());
    if (m_verify) {
        const bool inside = m_verify->borderLayers > 0;
        m_verdict->setText(!m_verify->passed ? tr("not exact")
                           : inside          ? tr("✓ exact but for borders")
                                             : tr("✓ exact"));
        m_verdict->setTone(m_verify->passed ? Pill::Tone::Good : Pill::Tone::Bad);
        m_verdict->setToolTip(
            !m_verify->passed ? toQt(m_verify->failure)
            : inside ? tr("Each layer is right inside; %1 were folded over their borders, and what "
                          "is reported is the difference that these make.")
                           .arg(m_verify->borderLayers)
                     : tr("Both networks answer the same but for rounding."));
    }
    const bool failed = m_verify && !m_verify->passed;
    m_reason->setText(failed ? toQt(m_verify->failure) : QString());
    m_reason->setVisible(failed);
    m_saved->setVisible(!m_saved->text().isEmpty());
    m_copy->setVisible(m_report.has_value());
    setNote(m_run.empty() ? QString()
                          : tr("step %1").arg(QLocale(QLocale::English).toString(qlonglong(m_step))));
    m_again->setVisible(!m_run.empty() && !m_job.isBusy() && (m_latest != m_step || !m_verify)
                        && !m_notice->isFailure());
    m_layers->setVisible(m_verify && m_verify->layers.empty() && !m_job.isBusy()
                         && m_latest == m_step);
    m_runners->setVisible(!m_run.empty());
    m_nodes->setVisible(!m_run.empty());
}

} // namespace concertina
