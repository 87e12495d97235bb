// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/predict_panel.h"

#include "ui/services/dialogs.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

const auto predictSizeKey = QStringLiteral("compare/predict_size");
const auto predictEveryKey = QStringLiteral("compare/predict_every");

// What the list of networks has.
constexpr int byCollapsed = 0, byExpanded = 1, byExported = 2, byAnother = 3;

/// How many lines of what went wrong are shown.
constexpr std::size_t largestReport = 200;

} // namespace

PredictPanel::PredictPanel(JobService& jobs, Dialogs& dialogs, QSettings& settings, QWidget* host)
    : Overlay(host),
      m_jobs(jobs),
      m_dialogs(dialogs),
      m_settings(settings),
      m_networks(new QComboBox),
      m_what(new TonedLabel(ColorRole::Text)),
      m_where(new TonedLabel(ColorRole::Text)),
      m_sizes(new QComboBox),
      m_every(new QSpinBox),
      m_report(new QPlainTextEdit),
      m_notice(new JobNotice(this)),
      m_predict(new QPushButton(tr("Predict"))) {
    setAccessibleName(tr("Predict for files"));
    auto* title = new TonedLabel(ColorRole::Text, tr("Predict for pictures, folders and videos"));
    title->setFont(titleFont());
    m_report->setReadOnly(true);
    m_report->setAccessibleName(tr("What was written"));
    m_report->setMinimumHeight(64);
    m_notice->setOffers(true, false);
    auto* close = new QPushButton(tr("Close"));
    m_predict->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(close);
    buttons->addWidget(m_predict);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * GridUnit, 12, 2 * GridUnit, 12);
    column->setSpacing(GridUnit);
    column->addWidget(title);
    column->addWidget(makeForm());
    column->addWidget(m_report, 1);
    column->addWidget(m_notice);
    column->addStretch(0);
    column->addLayout(buttons);
    setFocusProxy(m_networks);
    connect(close, &QPushButton::clicked, this, &Overlay::dismiss);
    connect(m_predict, &QPushButton::clicked, this, &PredictPanel::predict);
    connect(m_networks, &QComboBox::activated, this, &PredictPanel::chooseNetwork);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        m_report->setPlainText(tr("Ended. What was written stays."));
        refresh();
    });
    setRun(std::nullopt, {});
}

QPushButton* PredictPanel::makeButton(const QString& text, void (PredictPanel::*slot)()) {
    auto* button = new QPushButton(text);
    connect(button, &QPushButton::clicked, this, slot);
    return button;
}

QWidget* PredictPanel::makeForm() {
    auto* form = new QWidget;
    auto* grid = new QGridLayout(form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(GridUnit);
    grid->setColumnStretch(1, 1);
    const auto add = [grid](const QString& name, QWidget* field) {
        const int row = grid->rowCount();
        auto* label = new TonedLabel(ColorRole::MutedText, name);
        label->setBuddy(field);
        field->setAccessibleName(name);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1);
        return row;
    };
    const auto addButtons = [grid](int row, const QList<QPushButton*>& buttons) {
        auto* line = new QHBoxLayout;
        for (QPushButton* button : buttons)
            line->addWidget(button);
        grid->addLayout(line, row, 2);
    };
    add(tr("By"), m_networks);
    m_networks->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_what->setElided(true);
    m_where->setElided(true);
    addButtons(add(tr("For"), m_what), {makeButton(tr("Add files…"), &PredictPanel::addFiles),
                                        makeButton(tr("Add folder…"), &PredictPanel::addFolder),
                                        makeButton(tr("Clear"), &PredictPanel::clearInputs)});
    addButtons(add(tr("Into"), m_where), {makeButton(tr("Choose…"), &PredictPanel::chooseTarget)});
    m_sizes->addItem(tr("As the network gives them"));
    m_sizes->addItem(tr("As large as the picture"));
    m_sizes->setCurrentIndex(std::clamp(m_settings.value(predictSizeKey, 0).toInt(), 0, 1));
    add(tr("Size"), m_sizes);
    constexpr int largestEvery = 1'000'000;
    m_every->setRange(1, largestEvery);
    m_every->setValue(m_settings.value(predictEveryKey, 1).toInt());
    m_every->setToolTip(tr("1: every frame of a video; 10: each tenth, from the first on"));
    add(tr("Of a video, one frame in"), m_every);
    return form;
}

void PredictPanel::setRun(const std::optional<RunId>& run, const QString& name) {
    // The last entry asks for a file: it is no choice that stays.
    const int chosen = m_networks->count() > 0 ? m_networks->currentData().toInt() : byAnother;
    const int before = chosen == byAnother ? byCollapsed : chosen;
    m_run = run;
    const QSignalBlocker quiet(m_networks);
    m_networks->clear();
    if (run) {
        m_networks->addItem(tr("%1, collapsed").arg(name), byCollapsed);
        m_networks->addItem(tr("%1, expanded").arg(name), byExpanded);
    }
    if (!m_exported.isEmpty())
        m_networks->addItem(QFileInfo(m_exported).fileName(), byExported);
    m_networks->addItem(tr("An exported network…"), byAnother);
    m_networks->setCurrentIndex(std::max(0, m_networks->findData(before)));
    refresh();
}

void PredictPanel::chooseNetwork(int index) {
    if (m_networks->itemData(index).toInt() == byAnother) {
        const auto file =
            m_dialogs.openFile(this, tr("Open an exported network"),
                               tr("Exported networks (*.safetensors *.onnx *.pt);;All files (*)"));
        const QSignalBlocker quiet(m_networks);
        if (file) {
            m_exported = *file;
            if (const int old = m_networks->findData(byExported); old >= 0)
                m_networks->removeItem(old);
            m_networks->insertItem(m_networks->count() - 1, QFileInfo(*file).fileName(),
                                   byExported);
            m_networks->setItemData(m_networks->count() - 2, *file, Qt::ToolTipRole);
        }
        m_networks->setCurrentIndex(
            std::max(0, m_networks->findData(file ? byExported : byCollapsed)));
    }
    refresh();
}

void PredictPanel::addInputs(const QStringList& inputs) {
    for (const QString& input : inputs)
        if (!m_inputs.contains(input))
            m_inputs << input;
    refresh();
}

void PredictPanel::addFiles() {
    addInputs(m_dialogs.openFiles(
        this, tr("Predict for pictures and videos"),
        tr("Pictures and videos (*.png *.jpg *.jpeg *.bmp *.tif *.tiff *.webp *.ppm *.mp4 *.avi "
           "*.mov *.mkv *.webm *.m4v *.mpg *.mpeg);;All files (*)")));
}

void PredictPanel::addFolder() {
    if (const auto folder =
            m_dialogs.openFolder(this, tr("Predict for the pictures and videos of a folder")))
        addInputs({*folder});
}

void PredictPanel::clearInputs() {
    m_inputs.clear();
    refresh();
}

void PredictPanel::chooseTarget() {
    if (const auto folder = m_dialogs.openFolder(this, tr("Write the predictions into")))
        m_target = *folder;
    refresh();
}

QSize PredictPanel::wantedSize() const {
    constexpr int width = 800;
    return {width, std::max(380, heightFor(width))};
}

QString PredictPanel::report() const {
    return m_report->toPlainText();
}

void PredictPanel::refresh() {
    m_what->setText(m_inputs.isEmpty()    ? tr("Nothing yet")
                    : m_inputs.size() < 3 ? m_inputs.join(QStringLiteral(", "))
                                          : tr("%1 files and folders").arg(m_inputs.size()));
    m_what->setToolTip(m_inputs.join(QLatin1Char('\n')));
    m_where->setText(m_target.isEmpty() ? tr("No folder yet") : m_target);
    m_report->setVisible(!m_report->toPlainText().isEmpty());
    const bool hasNetwork = m_networks->currentData().toInt() != byAnother;
    const bool isReady =
        hasNetwork && !m_inputs.isEmpty() && !m_target.isEmpty() && !m_job.isBusy();
    // A button that is disabled hands the focus on, maybe out of the panel, which closes it.
    if (!isReady && m_predict->hasFocus())
        m_networks->setFocus();
    m_predict->setEnabled(isReady);
}

PredictRequest PredictPanel::request() const {
    const int network = m_networks->currentData().toInt();
    PredictRequest request{.folder = m_target.toStdString(),
                           .collapsed = network == byCollapsed,
                           .size = m_sizes->currentIndex() == 1 ? PredictionSize::Picture
                                                                : PredictionSize::Network,
                           .isExported = network == byExported,
                           .every = m_every->value()};
    if (request.isExported)
        request.network = m_exported.toStdString();
    for (const QString& input : m_inputs)
        request.images.emplace_back(input.toStdString());
    return request;
}

void PredictPanel::predict() {
    m_settings.setValue(predictSizeKey, m_sizes->currentIndex());
    m_settings.setValue(predictEveryKey, m_every->value());
    m_report->clear();
    const QString what = tr("Predicting…");
    m_notice->showBusy(what);
    const PredictRequest wanted = request();
    m_jobs.predictFiles(wanted.isExported ? std::nullopt : m_run, wanted,
                        m_job.next<Predictions>(
                            [this](Expected<Predictions> predictions) {
                                if (predictions)
                                    showReport(*predictions);
                                else
                                    m_notice->showFailure(tr("Not predicted"), predictions.error());
                                refresh();
                            },
                            [this](double share, const QString& name) {
                                m_notice->showBusy(tr("Predicting: %1").arg(name), share);
                            }));
    refresh();
}

void PredictPanel::showReport(const Predictions& predictions) {
    m_notice->clear();
    const QString written =
        tr("%1 files were written into %2").arg(predictions.files.size()).arg(m_target);
    QStringList lines{written};
    if (!predictions.runner.empty())
        lines << tr("Predicted by %1").arg(toQt(predictions.runner));
    if (!predictions.failed.empty())
        lines << tr("%1 could not be read:").arg(predictions.failed.size());
    for (std::size_t i = 0; i < std::min(predictions.failed.size(), largestReport); ++i)
        lines << toQt(toText(predictions.failed[i]));
    if (!predictions.passedOver.empty())
        lines << tr("%1 passed over, neither pictures nor videos:")
                     .arg(predictions.passedOver.size());
    for (std::size_t i = 0; i < std::min(predictions.passedOver.size(), largestReport); ++i)
        lines << toQt(predictions.passedOver[i]);
    m_report->setPlainText(lines.join(QLatin1Char('\n')));
    Q_EMIT predicted(
        predictions.failed.empty()
            ? written
            : tr("%1; %2 could not be read").arg(written).arg(predictions.failed.size()));
}

} // namespace concertina
