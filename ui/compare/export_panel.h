// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec_places.h"
#include "core/values/report.h"
#include "widgets/controls/overlay.h"

#include <QString>

#include <map>
#include <optional>
#include <string>

class QPushButton;

namespace concertina {

class Dialogs;
class SpecForm;
class TonedLabel;

/// Asks in which of the catalogue's exports a collapsed network is saved, with which options, and
/// where. The last answer is the next one's beginning.
class ExportPanel : public Overlay {
    Q_OBJECT

public:
    ExportPanel(const Catalogue& catalogue, Dialogs& dialogs, QWidget* host);

    /// Asks; at once for the place where there is one export without options. `name` is the
    /// network's, and the report what is known of its size.
    void choose(const QString& name, const std::optional<CollapseReport>& report);

    SpecForm* form() const { return m_form; }
    QPushButton* saveButton() const { return m_save; }

Q_SIGNALS:
    void chosen(const concertina::MethodChoice& format, const QString& place);

protected:
    QSize wantedSize() const override;

private:
    void refresh();
    QString sizeText() const;
    void edit(const std::string& path, const QString& text);
    void askPlace();
    const ExportInfo* info() const;

    const Catalogue& m_catalogue;
    Dialogs& m_dialogs;
    QString m_name;
    std::optional<CollapseReport> m_report;
    MethodChoice m_format;
    std::map<std::string, std::string> m_refused; ///< what was typed and is no value, by path
    std::map<std::string, QString> m_problems;
    SpecForm* m_form;
    TonedLabel* m_help;
    TonedLabel* m_size; ///< of the weights in the type that is chosen
    QPushButton* m_save;
};

} // namespace concertina
