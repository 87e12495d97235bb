// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/guess_panel.h"

#include "core/values/text.h"
#include "ui/services/job_service.h"
#include "ui/setup/guessed_samples_view.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QGridLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr int drawnSamples = 5, drawnHeight = 120;
constexpr std::chrono::milliseconds pauseOfEdits{300};
constexpr int gridColumns = 7;
constexpr std::size_t mostRemarks = 6; ///< that are seen without scrolling

QString encodingText(const std::string& encoding) {
    const GuessedTarget of{.encoding = encoding};
    return toQt(of.kind().label()) + QStringLiteral(" · ") + toQt(encoding);
}

/// What is typed, where it is a number.
std::optional<double> numberIn(const QLineEdit* edit) {
    return numberFromText(edit->text().trimmed().toStdString());
}

} // namespace

GuessPanel::GuessPanel(JobService& jobs, QWidget* host)
    : Overlay(host),
      m_jobs(jobs),
      m_title(new TonedLabel(ColorRole::Text, {}, this)),
      m_place(new TonedLabel(ColorRole::MutedText, {}, this)),
      m_grid(new QGridLayout),
      m_remarks(new QPlainTextEdit(this)),
      m_samples(new GuessedSamplesView(this)),
      m_problem(new TonedLabel(ColorRole::Bad, {}, this)),
      m_write(new QPushButton(tr("Write dataset.json"), this)) {
    setAccessibleName(tr("A dataset of this folder"));
    setFocusProxy(m_write);
    m_patience.setSingleShot(true);
    m_patience.setInterval(pauseOfEdits);
    layOut();
    connect(&m_patience, &QTimer::timeout, this, &GuessPanel::askSamples);
    connect(m_write, &QPushButton::clicked, this, &GuessPanel::write);
}

void GuessPanel::layOut() {
    m_title->setFont(titleFont());
    m_place->setWordWrap(true);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_grid->setHorizontalSpacing(GridUnit);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(2, 1);
    const QStringList titles{
        {},           tr("Target"),       tr("Files"), tr("Holds"), tr("Classes"),
        tr("Ignore"), tr("Metres a step")};
    for (int column = 0; column < gridColumns; ++column) {
        auto* title = new TonedLabel(ColorRole::MutedText, titles[column], this);
        title->setFont(smallFont());
        m_grid->addWidget(title, 0, column);
    }
    m_remarks->setReadOnly(true);
    m_remarks->setFont(smallFont());
    m_remarks->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    m_remarks->setTabChangesFocus(true);
    m_remarks->setAccessibleName(tr("What is not sure"));
    auto* cancel = new QPushButton(tr("Cancel"), this);
    connect(cancel, &QPushButton::clicked, this, &GuessPanel::dismiss);
    m_write->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_problem, 1);
    buttons->addStretch(0);
    buttons->addWidget(cancel);
    buttons->addWidget(m_write);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(GridUnit);
    column->addWidget(m_title);
    column->addWidget(m_place);
    column->addLayout(m_grid);
    column->addWidget(m_remarks);
    column->addWidget(m_samples, 1);
    column->addLayout(buttons);
}

void GuessPanel::look(const QString& folder) {
    m_jobs.guessDataset(folder.toStdString(), {this, [this, folder](Expected<DatasetGuess> guess) {
                                                   if (guess)
                                                       showGuess(std::move(*guess));
                                                   else
                                                       Q_EMIT failed(folder, guess.error());
                                               }});
}

void GuessPanel::showGuess(DatasetGuess guess) {
    m_guess = std::move(guess);
    // Rows of another folder go, with the editors in them.
    for (const Row& row : std::exchange(m_rows, {}))
        for (QWidget* widget : std::initializer_list<QWidget*>{row.used, row.name, row.encoding,
                                                               row.classes, row.ignore, row.scale})
            delete widget;
    for (auto* label : findChildren<TonedLabel*>(QStringLiteral("files")))
        delete label;
    for (const GuessedTarget& target : m_guess.targets)
        addRow(target);
    m_title->setText(tr("A dataset of %1").arg(QDir(toQt(m_guess.folder)).dirName()));
    QStringList splits;
    for (const DatasetGuess::Split& split : m_guess.splits)
        splits << tr("%1 %2").arg(split.samples).arg(toQt(split.name));
    m_place->setText(
        tr("%1 has no dataset.json. Its files suggest this one: pictures %2, %3.")
            .arg(toQt(m_guess.folder), toQt(m_guess.image), splits.join(QStringLiteral(" · "))));
    QString remarks;
    for (const std::string& remark : m_guess.remarks)
        remarks += (remarks.isEmpty() ? QString() : QStringLiteral("\n")) + toQt(remark);
    m_remarks->setPlainText(remarks);
    m_remarks->setVisible(!remarks.isEmpty());
    const auto lines = static_cast<int>(std::min<std::size_t>(m_guess.remarks.size(), mostRemarks));
    m_remarks->setFixedHeight(lines * m_remarks->fontMetrics().lineSpacing() + 2 * GridUnit);
    showProblem({});
    showKinds();
    open();
    askSamples();
}

void GuessPanel::addRow(const GuessedTarget& target) {
    const auto edit = [this](const QString& text, const QString& name) {
        auto* line = new QLineEdit(text, this);
        line->setAccessibleName(name);
        line->setMaximumWidth(110);
        connect(line, &QLineEdit::textEdited, this, [this] { m_patience.start(); });
        return line;
    };
    Row row{.used = new QCheckBox(this),
            .name = edit(toQt(target.name), tr("Name of the target")),
            .encoding = new QComboBox(this),
            .classes = edit(QString::number(target.classes), tr("Number of classes")),
            .ignore = edit(target.ignore < 0 ? QString() : QString::number(target.ignore),
                           tr("Index that means none")),
            .scale = edit(toQt(numberText(target.scale)), tr("Metres a step"))};
    row.used->setChecked(true);
    row.used->setAccessibleName(tr("Take this target"));
    row.ignore->setPlaceholderText(tr("none"));
    row.encoding->setAccessibleName(tr("What the files hold"));
    for (const std::string& encoding : target.possible)
        row.encoding->addItem(encodingText(encoding), toQt(encoding));
    connect(row.encoding, &QComboBox::currentIndexChanged, this, [this] {
        showKinds();
        m_patience.start();
    });
    connect(row.used, &QCheckBox::toggled, this, [this] {
        showKinds();
        m_patience.start();
    });
    auto* files = new TonedLabel(ColorRole::MutedText, toQt(target.path), this);
    files->setObjectName(QStringLiteral("files"));
    files->setElided(true);
    files->setToolTip(tr("%1 files: %2").arg(target.samples).arg(toQt(target.path)));
    const int line = m_grid->rowCount();
    int column = 0;
    for (QWidget* widget : std::initializer_list<QWidget*>{row.used, row.name, files, row.encoding,
                                                           row.classes, row.ignore, row.scale})
        m_grid->addWidget(widget, line, column++);
    m_rows.push_back(row);
}

/// What a kind has no use for is not there to be typed.
void GuessPanel::showKinds() {
    bool any = false;
    for (const Row& row : m_rows) {
        const GuessedTarget of{.encoding = row.encoding->currentData().toString().toStdString()};
        const bool used = row.used->isChecked();
        any = any || used;
        row.name->setEnabled(used);
        row.encoding->setEnabled(used);
        row.classes->setEnabled(used && &of.kind() == &classesTarget());
        row.ignore->setEnabled(used && &of.kind() == &classesTarget());
        row.scale->setEnabled(used && &of.kind() == &depthTarget());
    }
    m_write->setEnabled(any);
}

DatasetGuess GuessPanel::guess() const {
    DatasetGuess guess = m_guess;
    guess.targets.clear();
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        if (!row.used->isChecked())
            continue;
        GuessedTarget target = m_guess.targets[i];
        target.name = row.name->text().trimmed().toStdString();
        target.encoding = row.encoding->currentData().toString().toStdString();
        // What is no number is refused where the file is made: there are none of that many classes.
        constexpr double most = 65536;
        const double classes = numberIn(row.classes).value_or(0);
        target.classes = classes >= 0 && classes < most ? static_cast<int>(classes) : 0;
        const auto ignore = numberIn(row.ignore);
        const bool isNone = row.ignore->text().trimmed().isEmpty();
        target.ignore = isNone                                      ? -1
                        : ignore && *ignore >= -1 && *ignore < most ? static_cast<int>(*ignore)
                                                                    : static_cast<int>(most);
        target.scale = numberIn(row.scale).value_or(0);
        if (&target.kind() == &depthTarget() && !target.invalid)
            target.invalid = 0;
        guess.targets.push_back(std::move(target));
    }
    return guess;
}

void GuessPanel::askSamples() {
    m_patience.stop();
    const DatasetGuess asked = guess();
    if (asked.targets.empty())
        return m_samples->setMessage(tr("No target is taken."));
    QStringList names;
    for (const GuessedTarget& target : asked.targets)
        names << toQt(target.name);
    m_samples->setMessage(tr("Reading samples…"));
    m_jobs.guessedSamples(asked, drawnSamples, drawnHeight,
                          {this, [this, names](Expected<std::vector<GuessedSample>> samples) {
                               if (samples)
                                   m_samples->setSamples(*samples, names);
                               else
                                   m_samples->setMessage(toQt(toText(samples.error())));
                           }});
}

void GuessPanel::write() {
    m_write->setEnabled(false);
    showProblem({});
    m_jobs.writeLayout(guess(), {this, [this](Expected<std::string> file) {
                                     m_write->setEnabled(true);
                                     if (!file)
                                         return showProblem(toQt(toText(file.error())));
                                     dismiss();
                                     Q_EMIT written(toQt(m_guess.folder));
                                 }});
}

void GuessPanel::showProblem(const QString& text) {
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

QString GuessPanel::remarks() const {
    return m_remarks->toPlainText();
}

QString GuessPanel::problem() const {
    return m_problem->isHidden() ? QString() : m_problem->text();
}

} // namespace concertina
