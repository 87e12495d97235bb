// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/difference_panel.h"

#include "ui/compare/difference_model.h"
#include "ui/services/dialogs.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <utility>

namespace concertina {

DifferencePanel::DifferencePanel(JobService& jobs, Dialogs& dialogs, QWidget* host)
    : DifferencePanel(jobs, dialogs, host, new DifferenceModel) {}

DifferencePanel::DifferencePanel(JobService& jobs, Dialogs& dialogs, QWidget* host,
                                 DifferenceModel* model)
    : TablePanel(host,
                 {tr("Difference of two networks"), tr("Find a node, enc* for example"),
                  tr("Nodes of both networks in step")},
                 model),
      m_jobs(jobs),
      m_dialogs(dialogs),
      m_model(model),
      m_notice(new JobNotice(this)),
      m_only(new QCheckBox(tr("Only what differs"), this)),
      m_file(new QPushButton(tr("With a file…"), this)),
      m_details(new TonedLabel(ColorRole::MutedText, {}, this)) {
    layOut();
    m_notice->floatAtBottom(44);
    m_notice->setOffers(true, true);
    connect(m_notice, &JobNotice::againAsked, this, &DifferencePanel::compare);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        showRows(tr("Not compared."), false);
    });
    connect(m_only, &QCheckBox::toggled, this, [this](bool only) {
        m_model->setOnlyDiffering(only);
        showRows(note(), false);
    });
    connect(m_file, &QPushButton::clicked, this, &DifferencePanel::chooseFile);
    connect(table()->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &DifferencePanel::showDetails);
    connect(m_model, &QAbstractItemModel::modelReset, this, &DifferencePanel::showDetails);
}

void DifferencePanel::layOut() {
    m_only->setChecked(true);
    m_file->setToolTip(tr("The left network and a collapsed network's file"));
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* choices = new QHBoxLayout;
    choices->addWidget(m_only);
    choices->addStretch(1);
    choices->addWidget(m_file);
    auto* column = static_cast<QVBoxLayout*>(layout());
    column->insertLayout(1, choices);
    column->insertWidget(3, m_details);
}

void DifferencePanel::showNetworks(NetworkPick left, NetworkPick right) {
    m_left = std::move(left);
    m_right = std::move(right);
    compare();
    open();
}

void DifferencePanel::chooseFile() {
    const auto file = m_dialogs.openFile(this, tr("Open a collapsed network"),
                                         tr("Networks (*.safetensors);;All files (*)"));
    if (!file)
        return;
    m_left.expanded = false; // as the file is
    m_right = {.file = file->toStdString()};
    compare();
}

void DifferencePanel::compare() {
    m_isCompared = false;
    m_model->setDifference({});
    showRows({}, false);
    const QString what = tr("Comparing the networks…");
    m_notice->showBusy(what);
    m_jobs.difference(
        m_left, m_right,
        m_job.next<NetworkDifference>(
            [this](Expected<NetworkDifference> difference) {
                if (!difference)
                    return m_notice->showFailure(tr("The networks were not compared"),
                                                 difference.error());
                m_notice->clear();
                m_isCompared = true;
                m_model->setDifference(std::move(*difference));
                QStringList lines;
                for (const std::string& line : summaryLines(m_model->difference()))
                    lines << toQt(line);
                showRows(lines.join(QLatin1Char('\n')), false);
            },
            [this, what](double share, const QString&) { m_notice->showBusy(what, share); }));
}

void DifferencePanel::showDetails() {
    m_details->setText(details());
    m_details->setVisible(!m_details->text().isEmpty());
}

QString DifferencePanel::details() const {
    const QModelIndex current = table()->currentIndex();
    const QModelIndex name = current.siblingAtColumn(DifferenceModel::Node);
    for (int row = 0; name.isValid() && row < m_model->rowCount(); ++row)
        if (m_model->index(row, DifferenceModel::Node).data() == name.data())
            return m_model->detailsOf(row);
    return {};
}

QString DifferencePanel::summaryOf(const std::vector<int>& rows) const {
    if (!m_isCompared)
        return {};
    if (!m_model->difference().differs())
        return tr("Nothing differs.");
    return tr("%1 of %2 nodes").arg(rows.size()).arg(m_model->difference().nodes.size());
}

} // namespace concertina
