// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/sample_browser.h"

#include "ui/setup/sample_detail.h"
#include "widgets/controls/card.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/picture.h"
#include "widgets/pictures/sample_grid.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr std::size_t ThumbnailsAtOnce = 8;
constexpr QSize BrowserSize(1180, 680);

} // namespace

SampleBrowser::SampleBrowser(JobService& jobs, DataSurveys& surveys, QWidget* parent)
    : QDialog(parent),
      m_jobs(jobs),
      m_surveys(surveys),
      m_bar(new SampleFilterBar),
      m_survey(new QWidget),
      m_surveyText(new TonedLabel(ColorRole::MutedText)),
      m_surveyButton(new QPushButton),
      m_splitter(new QSplitter),
      m_grid(new SampleGrid),
      m_gridCard(new QWidget),
      m_detail(new SampleDetail) {
    setWindowTitle(tr("Samples"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    resize(BrowserSize);
    makeLayout();
    connect(m_bar, &SampleFilterBar::splitChosen, this, &SampleBrowser::readSplit);
    connect(m_bar, &SampleFilterBar::filterChanged, this, [this] {
        // What is asked for is counted: no click more.
        if (m_bar->filter().needsSurvey())
            m_surveys.count(m_bar->split());
        showSurvey();
        applyFilter();
    });
    connect(&m_surveys, &DataSurveys::changed, this, [this] {
        showSurvey();
        if (m_bar->filter().needsSurvey())
            applyFilter();
    });
    connect(m_surveyButton, &QPushButton::clicked, this, [this] {
        if (m_surveys.isCounting(m_bar->split()))
            m_surveys.stop();
        else
            m_surveys.count(m_bar->split());
    });
    connect(m_grid, &SampleGrid::thumbnailsMissing, this, &SampleBrowser::loadThumbnails);
    connect(m_grid, &SampleGrid::sampleChosen, this, &SampleBrowser::look);
    connect(m_grid, &SampleGrid::sampleOpened, this, [this] { setLarge(!m_isLarge); });
    connect(m_detail, &SampleDetail::otherSizeWanted, this,
            [this] { setLarge(!m_isLarge && m_grid->currentSample() >= 0); });
}

void SampleBrowser::makeLayout() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    column->setSpacing(GridUnit);
    column->addWidget(m_bar);
    auto* line = new QHBoxLayout(m_survey);
    line->setContentsMargins(4, 0, 0, 0);
    line->setSpacing(GridUnit);
    line->addWidget(m_surveyText, 1);
    line->addWidget(m_surveyButton);
    m_surveyText->setElided(true);
    m_surveyButton->setAutoDefault(false);
    column->addWidget(m_survey);
    auto* grid = new Card;
    grid->setBody(m_grid);
    auto* detail = new Card;
    detail->setBody(m_detail);
    m_gridCard = grid;
    m_splitter->addWidget(grid);
    m_splitter->addWidget(detail);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({BrowserSize.width() * 47 / 100, BrowserSize.width() * 53 / 100});
    column->addWidget(m_splitter, 1);
    m_detail->setMinimumWidth(300);
    m_survey->hide();
}

void SampleBrowser::setDataset(const ExperimentSpec& spec, const DatasetSummary* dataset,
                               const QString& message) {
    m_spec = spec;
    Json shown;
    if (dataset != nullptr)
        shown = {{"id", spec.data.dataset.id},
                 {"options", spec.data.dataset.options},
                 {"fingerprint", dataset->fingerprint}};
    m_grid->setMessage(message);
    if (shown == m_shown)
        return;
    m_shown = std::move(shown);
    m_isRead = false;
    m_names.cancel();
    m_thumbnails.cancel();
    m_looks.cancel();
    m_bar->setEnabled(dataset != nullptr);
    setLarge(false);
    if (dataset == nullptr) {
        m_dataset.reset();
        m_grid->setSamples({});
        m_bar->setCount({});
        look(-1);
    } else {
        m_dataset = *dataset;
        setWindowTitle(tr("Samples of %1").arg(toQt(dataset->name)));
        m_bar->setDataset(*dataset, spec.data.trainSplit);
        if (isVisible())
            readSplit();
    }
    showSurvey();
}

void SampleBrowser::showClass(const std::string& split, const std::string& target, int index) {
    if (!m_dataset)
        return;
    const auto& targets = m_dataset->targets;
    const auto found = std::ranges::find(targets, target, &DatasetSummary::Target::name);
    if (found == targets.end())
        return;
    const bool another = split != m_bar->split();
    m_bar->setFilter(split, {.having = SampleFilter::Having::Class,
                             .target = static_cast<std::size_t>(found - targets.begin()),
                             .index = index});
    if (another || !m_isRead)
        readSplit();
    m_surveys.count(m_bar->split());
    showSurvey();
    applyFilter();
}

void SampleBrowser::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    if (m_dataset && !m_isRead)
        readSplit();
    m_grid->setFocus();
}

int SampleBrowser::splitSize() const {
    for (const auto& split : m_dataset ? m_dataset->splits : std::vector<DatasetSummary::Split>())
        if (split.name == m_bar->split())
            return split.samples;
    return 0;
}

void SampleBrowser::readSplit() {
    if (!m_dataset)
        return;
    m_isRead = true;
    m_thumbnails.cancel();
    m_failed.clear();
    m_grid->setSamples({});
    look(-1);
    m_grid->setMessage(tr("Reading the names of the samples…"));
    m_bar->setSurvey(m_surveys.survey(m_bar->split()));
    if (m_bar->filter().needsSurvey())
        m_surveys.count(m_bar->split());
    showSurvey();
    m_jobs.sampleNames(
        m_spec, m_bar->split(),
        m_names.next<std::vector<std::string>>([this](Expected<std::vector<std::string>> names) {
            if (!names) {
                m_isRead = false; // shown again, it is tried again
                m_grid->setMessage(toQt(toText(names.error())));
                return;
            }
            std::vector<QString> shown;
            shown.reserve(names->size());
            for (const std::string& name : *names)
                shown.push_back(toQt(name));
            m_grid->setSamples(std::move(shown));
            applyFilter();
        }));
}

void SampleBrowser::applyFilter() {
    if (m_names.isBusy() || !m_dataset)
        return;
    const SampleFilter filter = m_bar->filter();
    const std::string split = m_bar->split();
    std::vector<int> found = matching(filter, m_grid->samples()->names(), m_surveys.survey(split));
    const auto count = static_cast<int>(found.size());
    const auto all = static_cast<int>(m_grid->samples()->names().size());
    m_bar->setCount(count == all ? samplesText(all)
                                 : tr("%1 of %2").arg(count).arg(samplesText(all)));
    const bool soFar = filter.needsSurvey() && m_surveys.isCounting(split);
    m_grid->setMessage(all == 0 ? tr("The split is empty.")
                       : soFar  ? tr("Nothing was found so far.")
                                : tr("No sample is like that."));
    m_grid->show(std::move(found));
    showPosition();
}

void SampleBrowser::showSurvey() {
    const std::string split = m_bar->split();
    const DataSurvey* survey = m_surveys.survey(split);
    const bool isCounting = m_surveys.isCounting(split);
    const bool isComplete = survey != nullptr && survey->isComplete();
    m_bar->setSurvey(survey);
    m_survey->setVisible(m_dataset && m_bar->filter().needsSurvey() && !isComplete);
    const int counted = survey == nullptr ? 0 : static_cast<int>(survey->samples.size());
    const Problem* problem = m_surveys.problem(split);
    m_surveyText->setRole(problem != nullptr ? ColorRole::Bad : ColorRole::MutedText);
    m_surveyText->setText(problem != nullptr
                              ? tr("Counted %1 of %2. %3")
                                    .arg(counted)
                                    .arg(samplesText(splitSize()), toQt(toText(*problem)))
                              : tr("Counted %1 of %2: those are shown that were found so far.")
                                    .arg(counted)
                                    .arg(samplesText(splitSize())));
    m_surveyButton->setText(isCounting ? tr("Stop counting") : tr("Go on"));
}

QString SampleBrowser::surveyText() const {
    return m_survey->isHidden() ? QString() : m_surveyText->text();
}

void SampleBrowser::loadThumbnails() {
    if (m_thumbnails.isBusy() || !m_dataset || !isVisible())
        return;
    std::vector<int> missing = m_grid->missingThumbnails();
    std::erase_if(missing, [this](int sample) { return m_failed.contains(sample); });
    if (missing.empty())
        return;
    missing.resize(std::min(missing.size(), ThumbnailsAtOnce));
    const QSize size = SampleGrid::Thumbnail * devicePixelRatioF();
    m_jobs.sampleThumbnails(
        m_spec, m_bar->split(), missing, size.height(), size.width(),
        m_thumbnails.next<std::vector<SampleThumbnail>>(
            [this, asked = missing](Expected<std::vector<SampleThumbnail>> thumbnails) {
                SampleGridModel& model = *m_grid->samples();
                m_failed.insert(asked.begin(), asked.end());
                for (const SampleThumbnail& thumbnail :
                     thumbnails ? *thumbnails : std::vector<SampleThumbnail>()) {
                    m_failed.erase(thumbnail.index);
                    if (thumbnail.problem)
                        model.setProblem(thumbnail.index, toQt(toText(*thumbnail.problem)));
                    model.setThumbnail(thumbnail.index, thumbnail.image.empty()
                                                            ? QImage()
                                                            : toQImage(thumbnail.image));
                }
                if (!thumbnails) // of all of them: nothing of the dataset can be read
                    for (const int sample : asked)
                        model.setProblem(sample, toQt(toText(thumbnails.error())));
                loadThumbnails();
            }));
}

void SampleBrowser::look(int sample) {
    showPosition();
    if (sample < 0) {
        m_looks.cancel();
        m_detail->setTitle({}, {});
        m_detail->setMessage(tr("A sample that is chosen is shown here with all its targets."));
        return;
    }
    m_jobs.dataSample(m_spec, m_bar->split(), sample,
                      m_looks.next<DataSample>([this](Expected<DataSample> read) {
                          if (read)
                              m_detail->setSample(std::move(*read));
                          else
                              m_detail->setMessage(toQt(toText(read.error())));
                      }));
}

void SampleBrowser::showPosition() {
    const int sample = m_grid->currentSample();
    if (sample < 0)
        return;
    const SampleGridModel& model = *m_grid->samples();
    m_detail->setTitle(model.names()[static_cast<std::size_t>(sample)],
                       tr("%1 of %2").arg(model.rowOf(sample) + 1).arg(model.rowCount()));
}

void SampleBrowser::setLarge(bool large) {
    if (std::exchange(m_isLarge, large) == large)
        return;
    m_gridCard->setVisible(!large);
    m_detail->setLarge(large);
    m_bar->setVisible(!large);
    if (large) {
        m_detail->setFocusPolicy(Qt::StrongFocus);
        m_detail->setFocus();
    } else {
        m_grid->setFocus();
        m_grid->scrollTo(m_grid->currentIndex());
    }
}

void SampleBrowser::keyPressEvent(QKeyEvent* event) {
    if (!m_isLarge)
        return QDialog::keyPressEvent(event);
    const int row = m_grid->samples()->rowOf(m_grid->currentSample());
    const bool on = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    const int next = row + (on ? 1 : -1);
    if ((on || back) && next >= 0 && next < m_grid->samples()->rowCount())
        m_grid->setCurrentSample(m_grid->samples()->sampleAt(next));
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        setLarge(false);
    else if (!on && !back)
        QDialog::keyPressEvent(event);
}

void SampleBrowser::reject() {
    if (m_isLarge)
        setLarge(false);
    else
        QDialog::reject();
}

} // namespace concertina
