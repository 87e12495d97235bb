// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/sample_detail.h"

#include "ui/setup/samples_view.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QResizeEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr int WideDetail = 820; ///< from here on the legend stands beside the pictures
constexpr std::size_t MostProblems = 3;

} // namespace

SampleDetail::SampleDetail(QWidget* parent)
    : QWidget(parent),
      m_name(new TonedLabel(ColorRole::Text)),
      m_note(new TonedLabel(ColorRole::MutedText)),
      m_size(new QToolButton),
      m_problems(new TonedLabel(ColorRole::Bad)),
      m_body(new QBoxLayout(QBoxLayout::TopToBottom)),
      m_view(new SamplesView),
      m_side(new QWidget),
      m_target(new QComboBox),
      m_legend(new ClassLegend) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, GridUnit, 12, GridUnit);
    column->setSpacing(6);
    auto* title = new QHBoxLayout;
    title->addWidget(m_name, 1);
    title->addWidget(m_note);
    title->addWidget(m_size);
    m_size->setAutoRaise(true);
    m_size->setFocusPolicy(Qt::StrongFocus);
    connect(m_size, &QToolButton::clicked, this, &SampleDetail::otherSizeWanted);
    setLarge(false);
    column->addLayout(title);
    column->addWidget(m_problems);
    column->addLayout(m_body, 1);
    m_name->setElided(true);
    m_problems->setWordWrap(true);
    m_problems->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_problems->hide();
    auto* side = new QVBoxLayout(m_side);
    side->setContentsMargins(0, 0, 0, 0);
    side->setSpacing(4);
    side->addWidget(m_target, 0, Qt::AlignLeft);
    side->addWidget(m_legend, 1);
    m_target->setAccessibleName(tr("Target whose classes are listed"));
    m_legend->setAccessibleName(tr("Classes that are there"));
    m_body->setSpacing(12);
    m_body->addWidget(m_view, 3);
    m_body->addWidget(m_side, 1);
    m_side->hide();
    m_view->setWrapped(true);
    connect(m_target, &QComboBox::activated, this, [this] {
        for (std::size_t t = 0; t < m_sample.frame.tasks.size(); ++t)
            m_view->setClassStyle(t, {});
        showLegend();
        showStyle();
    });
    connect(m_legend, &ClassLegend::classHovered, this, &SampleDetail::showStyle);
    connect(m_legend->classes(), &ClassLegendModel::hiddenChanged, this, &SampleDetail::showStyle);
}

void SampleDetail::setTitle(const QString& name, const QString& note) {
    m_name->setText(name);
    m_note->setText(note);
}

void SampleDetail::setLarge(bool large) {
    m_size->setText(large ? tr("All samples") : tr("Larger"));
    m_size->setToolTip(large ? tr("Back to the thumbnails (Esc)")
                             : tr("The sample alone (Enter); ← and → step on"));
}

void SampleDetail::setSample(DataSample sample) {
    m_sample = std::move(sample);
    std::vector<SamplesView::Column> columns;
    const QString chosen = m_target->currentText();
    m_target->clear();
    for (std::size_t t = 0; t < m_sample.frame.tasks.size(); ++t) {
        const FrameTask& target = m_sample.frame.tasks[t];
        columns.push_back({{}, toQt(target.task)});
        if (target.kind->isOfClasses() && !target.truth.empty())
            m_target->addItem(toQt(target.task), static_cast<int>(t));
    }
    m_target->setCurrentIndex(std::max(0, m_target->findText(chosen)));
    m_target->setVisible(m_target->count() > 1);
    m_side->setVisible(m_target->count() > 0);
    m_view->setColumns(std::move(columns));
    m_view->setFrames({m_sample.frame});
    Problems shown = m_sample.problems;
    QString more;
    if (shown.size() > MostProblems) {
        more = tr("\nand %1 more").arg(shown.size() - MostProblems);
        shown.resize(MostProblems);
    }
    m_problems->setText(toQt(toText(shown)).trimmed() + more);
    m_problems->setVisible(!shown.empty());
    showLegend();
    showStyle();
}

void SampleDetail::setMessage(const QString& message) {
    m_sample = {};
    m_problems->hide();
    m_problems->clear();
    m_side->hide();
    m_view->setFrames({});
    m_view->setMessage(message);
}

QString SampleDetail::problemText() const {
    return m_problems->text();
}

void SampleDetail::showLegend() {
    if (m_target->currentIndex() < 0)
        return;
    const auto t = static_cast<std::size_t>(m_target->currentData().toInt());
    const FrameTask& target = m_sample.frame.tasks[t];
    m_legend->classes()->setClasses(target.classes,
                                    classCounts(target.truth, target.classes.size()));
}

void SampleDetail::showStyle() {
    if (m_target->currentIndex() < 0 || m_sample.frame.tasks.empty())
        return;
    m_view->setClassStyle(static_cast<std::size_t>(m_target->currentData().toInt()),
                          {1, m_legend->classes()->hidden(), m_legend->highlighted()});
}

void SampleDetail::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_body->setDirection(width() >= WideDetail ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

} // namespace concertina
