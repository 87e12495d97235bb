// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/weights_panel.h"

#include "core/values/text.h"
#include "ui/setup/tensor_model.h"
#include "widgets/qt_text.h"

namespace concertina {

WeightsPanel::WeightsPanel(QWidget* host) : WeightsPanel(host, new TensorModel) {}

WeightsPanel::WeightsPanel(QWidget* host, TensorModel* model)
    : TablePanel(host,
                 {tr("Weights"), tr("Find by name, conv* for example"), tr("Tensors of the file")},
                 model),
      m_model(model) {}

void WeightsPanel::setReport(const WeightsReport& report) {
    m_model->setReport(report);
    QStringList notes;
    if (report.problem)
        notes << toQt(toText(*report.problem));
    for (const std::string& note : report.notes)
        notes << toQt(note);
    showRows(notes.join(QLatin1Char('\n')), report.problem.has_value());
}

QString WeightsPanel::summaryOf(const std::vector<int>& rows) const {
    const WeightsReport& report = m_model->report();
    double bytes = 0;
    for (const int row : rows)
        bytes += report.tensors[static_cast<std::size_t>(row)].bytes;
    const QString shown = tr("%1 tensors, %2").arg(rows.size()).arg(toQt(bytesText(bytes)));
    return report.fit ? shown + QStringLiteral(" · ") + toQt(summaryText(report)) : shown;
}

QString weightsNote(const WeightsReport& report) {
    if (report.problem || !report.fit)
        return WeightsPanel::tr("What is in the file…");
    return WeightsPanel::tr("Loads %1 of %2 tensors…")
        .arg(report.fit->used.size())
        .arg(report.tensors.size());
}

} // namespace concertina
