// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/export_panel.h"

#include "core/values/text.h"
#include "ui/services/dialogs.h"
#include "widgets/controls/toned_label.h"
#include "widgets/forms/spec_form.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

const std::string pathPrefix = "export.";

std::vector<SpecPlace> placesOf(const MethodChoice& format, const Catalogue& catalogue) {
    return placesOfMethod(format, catalogue, Family::Export, pathPrefix,
                          {.path = "id",
                           .defaultValue = catalogue.exports.front().id,
                           .label = ExportPanel::tr("Format").toStdString(),
                           .help = ExportPanel::tr("What reads the network.").toStdString()});
}

} // namespace

ExportPanel::ExportPanel(const Catalogue& catalogue, Dialogs& dialogs, QWidget* host)
    : Overlay(host),
      m_catalogue(catalogue),
      m_dialogs(dialogs),
      m_form(new SpecForm(catalogue)),
      m_help(new TonedLabel(ColorRole::MutedText)),
      m_size(new TonedLabel(ColorRole::Text)),
      m_save(new QPushButton(tr("Save…"))) {
    setAccessibleName(tr("Save the collapsed network"));
    auto* title = new TonedLabel(ColorRole::Text, tr("Save the collapsed network"));
    title->setFont(titleFont());
    m_help->setWordWrap(true);
    m_size->setWordWrap(true);
    m_help->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* cancel = new QPushButton(tr("Cancel"));
    m_save->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_save);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * GridUnit, 12, 2 * GridUnit, 12);
    column->setSpacing(GridUnit);
    column->addWidget(title);
    column->addWidget(m_form);
    column->addWidget(m_size);
    column->addWidget(m_help, 1);
    column->addLayout(buttons);
    setFocusProxy(m_save);
    connect(cancel, &QPushButton::clicked, this, &Overlay::dismiss);
    connect(m_save, &QPushButton::clicked, this, [this] {
        dismiss();
        askPlace();
    });
    connect(m_form, &SpecForm::edited, this, &ExportPanel::edit);
}

void ExportPanel::choose(const QString& name, const std::optional<CollapseReport>& report) {
    m_name = name;
    m_report = report;
    const auto& exports = m_catalogue.exports;
    if (info() == nullptr && !exports.empty())
        m_format = {exports.front().id};
    if (exports.size() == 1 && exports.front().options.empty())
        return askPlace();
    refresh();
    open();
}

void ExportPanel::askPlace() {
    const ExportInfo* format = info();
    if (format == nullptr)
        return;
    const QString suffix = toQt(format->suffix);
    const QString title = tr("Save the collapsed network");
    const auto place =
        suffix.isEmpty()
            ? m_dialogs.openFolder(this, title)
            : m_dialogs.saveFile(this, title, m_name + suffix,
                                 QStringLiteral("%1 (*%2)").arg(toQt(format->label), suffix));
    if (place)
        Q_EMIT chosen(m_format, *place);
}

const ExportInfo* ExportPanel::info() const {
    const auto found = std::ranges::find(m_catalogue.exports, m_format.id, &ExportInfo::id);
    return found == m_catalogue.exports.end() ? nullptr : &*found;
}

QSize ExportPanel::wantedSize() const {
    constexpr int width = 560;
    return {width, std::max(240, heightFor(width))};
}

void ExportPanel::refresh() {
    const ExportInfo* chosen = info();
    if (chosen == nullptr)
        return;
    m_form->setGroups({{{}, placesOf(m_format, m_catalogue)}}, m_refused);
    m_form->setProblems(m_problems);
    m_help->setText(toQt(chosen->help));
    m_size->setText(sizeText());
    m_size->setVisible(m_report.has_value());
    m_save->setEnabled(m_problems.empty());
}

QString ExportPanel::sizeText() const {
    if (!m_report)
        return {};
    const auto typed = m_format.options.find("weights");
    const QString type = typed != m_format.options.end() && typed->is_string()
                             ? toQt(typed->get<std::string>())
                             : QStringLiteral("float32");
    // "bfloat16" says how many bits it has.
    static const QRegularExpression bits(QStringLiteral("\\d+$"));
    const double bytes =
        m_report->parameters.collapsed * bits.match(type).captured().toDouble() / 8;
    QString text =
        tr("%1 weights, about %2.")
            .arg(toQt(shortCount(m_report->parameters.collapsed)), toQt(bytesText(bytes)));
    if (m_report->milliseconds.collapsed > 0)
        text +=
            tr(" An image takes Concertina %1 ms here in float32; Runners… times other programs.")
                .arg(m_report->milliseconds.collapsed, 0, 'g', 3);
    return text;
}

void ExportPanel::edit(const std::string& path, const QString& text) {
    const auto places = placesOf(m_format, m_catalogue);
    const auto place = std::ranges::find(places, path, &SpecPlace::path);
    if (place == places.end())
        return;
    const auto value = parseValue(place->field, text.toStdString());
    const auto problem = value ? check(place->field, *value, path) : value.error();
    m_refused.erase(path);
    m_problems.erase(path);
    if (problem) {
        m_refused[path] = text.toStdString();
        m_problems[path] = toQt(toText(*problem));
    } else {
        if (place->family) { // another one has other options
            m_refused.clear();
            m_problems.clear();
        }
        m_format = withJsonAt(std::move(m_format), *place, *value);
    }
    refresh();
}

} // namespace concertina
