// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/panel_card.h"

#include "ui/monitor/task_mark.h"
#include "ui/services/dialogs.h"
#include "ui/window/page_context.h"
#include "widgets/controls/toned_label.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/save_file.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace concertina {

namespace {

/// What may stand in the name of a file everywhere.
QString fileName(const QString& title, const QString& suffix) {
    QString name;
    for (const QChar c : title.simplified())
        name += c.isLetterOrNumber() || c == u'-' ? c : u'-';
    while (name.contains(QLatin1String("--")))
        name.replace(QLatin1String("--"), QLatin1String("-"));
    return name.left(100).toLower() + suffix;
}

} // namespace

PanelCard::PanelCard(const PlotPanel& panel, const QString& letter, PlotGroup& group,
                     Dialogs& dialogs, Navigator& navigator, QWidget* parent)
    : Card({}, parent),
      m_panel(panel),
      m_dialogs(dialogs),
      m_navigator(navigator),
      m_plot(new CurvePlot(panel.title, group)) {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(4, 7, 4, 4);
    column->setSpacing(0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 0, 8, 0);
    head->setSpacing(GridUnit);
    if (panel.task >= 0)
        head->addWidget(new TaskMark(panel.task, letter));
    auto* title = new TonedLabel(ColorRole::Text, panel.title);
    QFont bold = textFont();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    title->setElided(true);
    auto* note = new TonedLabel(ColorRole::MutedText, panel.note);
    note->setFont(smallFont());
    note->setElided(true);
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(note);
    column->addLayout(head);
    column->addWidget(m_plot, 1);
    setBody(body);
    setAccessibleName(panel.title);
    connect(m_plot, &CurvePlot::savePictureWanted, this, &PanelCard::savePicture);
    connect(m_plot, &CurvePlot::saveDataWanted, this, &PanelCard::saveData);
}

void PanelCard::savePicture() {
    const auto file = m_dialogs.saveFile(this, tr("Save picture of the plot"),
                                         fileName(m_panel.title, QStringLiteral(".png")),
                                         tr("Pictures (*.png *.svg)"));
    if (!file)
        return;
    if (const auto saved = m_plot->savePicture(*file); !saved)
        m_navigator.showProblem(tr("The picture was not saved"), saved.error());
    else
        m_navigator.showMessage(tr("Saved %1").arg(*file));
}

void PanelCard::saveData() {
    const auto file =
        m_dialogs.saveFile(this, tr("Save all points"),
                           fileName(m_panel.title, QStringLiteral(".csv")), tr("Tables (*.csv)"));
    if (!file)
        return;
    if (const auto saved = saveFile(*file, QByteArray::fromStdString(m_plot->csv())); !saved)
        m_navigator.showProblem(tr("The points were not saved"), saved.error());
    else
        m_navigator.showMessage(tr("Saved %1").arg(*file));
}

} // namespace concertina
