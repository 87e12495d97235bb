// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/field_row.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/forms/field_editor.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QGridLayout>
#include <QToolButton>

#include <algorithm>

namespace concertina {

namespace {

constexpr int LabelGap = 8;
constexpr int ResetWidth = 20;

bool sameDescription(const FieldInfo& a, const FieldInfo& b) {
    return a.path == b.path && a.type == b.type && a.label == b.label && a.unit == b.unit
           && a.choices == b.choices && a.minimum == b.minimum && a.maximum == b.maximum
           && a.help == b.help && a.defaultValue == b.defaultValue;
}

QString shownText(const Json& value) {
    return toQt(valueText(value));
}

} // namespace

FieldRow::FieldRow(const SpecPlace& place, const Catalogue& catalogue, QWidget* parent)
    : QWidget(parent),
      m_place(place),
      m_label(new TonedLabel(ColorRole::MutedText, toQt(place.field.label), this)),
      m_editor(FieldEditor::make(place, catalogue, this)),
      m_reset(new QToolButton(this)),
      m_message(new TonedLabel(ColorRole::Bad, {}, this)),
      m_note(new QToolButton(this)) {
    m_label->setElided(true);
    m_label->setFixedWidth(neededLabelWidth());
    if (place.field.type == FieldType::Methods) // it stands beside the first line
        m_label->setFixedHeight(ControlHeight);
    m_label->setBuddy(m_editor);
    m_message->setFont(smallFont());
    m_message->setWordWrap(true);
    m_message->hide();
    QFont link = smallFont();
    link.setUnderline(true);
    m_note->setFont(link);
    m_note->setAutoRaise(true);
    m_note->setFocusPolicy(Qt::StrongFocus);
    m_note->hide();
    m_reset->setIcon(themedIcon(QStringLiteral("undo")));
    m_reset->setIconSize({12, 12});
    m_reset->setAutoRaise(true);
    m_reset->setFixedSize(ResetWidth, ControlHeight);
    m_reset->setFocusPolicy(Qt::TabFocus);
    QSizePolicy reserved = m_reset->sizePolicy();
    reserved.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(reserved);

    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(2);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_label, 0, 0,
                      place.field.type == FieldType::Methods ? Qt::AlignTop : Qt::AlignVCenter);
    layout->addWidget(m_editor, 0, 1);
    layout->addWidget(m_reset, 0, 2);
    layout->addWidget(m_message, 1, 0, 1, 3);
    layout->addWidget(m_note, 2, 0, 1, 3, Qt::AlignRight);
    layout->setColumnStretch(1, 1);

    connect(m_editor, &FieldEditor::edited, this,
            [this](const QString& text) { Q_EMIT edited(m_place.path, text); });
    connect(m_editor, &FieldEditor::finished, this, [this] {
        tidy();
        Q_EMIT finished();
    });
    connect(m_editor, &FieldEditor::folderWanted, this,
            [this] { Q_EMIT folderWanted(m_place.path); });
    connect(m_note, &QToolButton::clicked, this, [this] { Q_EMIT noteOpened(m_place.path); });
    connect(m_reset, &QToolButton::clicked, this, [this] {
        Q_EMIT edited(m_place.path, shownText(m_place.field.defaultValue));
        Q_EMIT finished();
        m_editor->setFocus();
    });

    const auto label = toQt(place.field.label);
    m_editor->focusProxy()->setAccessibleName(label);
    m_editor->focusProxy()->setAccessibleDescription(toQt(place.field.help));
    m_reset->setAccessibleName(tr("Reset %1").arg(label));
    m_reset->setToolTip(tr("Back to the default, %1").arg(shownText(place.field.defaultValue)));
    setToolTip(tip());
    setPlace(place, std::nullopt);
}

bool FieldRow::fits(const SpecPlace& place) const {
    return place.path == m_place.path && place.family == m_place.family
           && sameDescription(place.field, m_place.field);
}

void FieldRow::setPlace(const SpecPlace& place, const std::optional<QString>& refused) {
    m_place = place;
    m_refused = refused.has_value();
    if (refused) {
        m_editor->setText(*refused);
    } else {
        // "0.0" on the way to "0.05" is 0 already: what is being typed is not written over.
        const auto typed = parseValue(place.field, m_editor->text().toStdString());
        if (!typed || *typed != place.value)
            m_editor->setText(shownText(place.value));
    }
    showMarks();
}

void FieldRow::tidy() {
    if (!m_refused)
        m_editor->setText(shownText(m_place.value));
}

bool FieldRow::isDefault() const {
    return !m_refused && m_place.value == m_place.field.defaultValue;
}

int FieldRow::neededLabelWidth() const {
    return m_label->sizeHint().width() + LabelGap;
}

void FieldRow::setLabelWidth(int width) {
    m_label->setFixedWidth(width);
}

QSize FieldRow::minimumSizeHint() const {
    const QSize size = QWidget::minimumSizeHint();
    return {size.width() - m_label->width() + std::min(m_label->width(), ShortestLabel),
            size.height()};
}

void FieldRow::setProblem(const QString& problem) {
    m_problem = problem;
    m_message->setText(problem);
    m_message->setVisible(!problem.isEmpty());
    m_editor->setWrong(!problem.isEmpty());
}

void FieldRow::setNote(const QString& note, const QString& tip) {
    m_note->setText(note);
    m_note->setToolTip(tip);
    m_note->setVisible(!note.isEmpty());
}

void FieldRow::showMarks() {
    m_label->setRole(isDefault() ? ColorRole::MutedText : ColorRole::Text);
    m_reset->setVisible(!isDefault());
}

QString FieldRow::tip() const {
    const auto escaped = [](const std::string& text) { return toQt(text).toHtmlEscaped(); };
    QString text = QStringLiteral("<p><b>%1</b> <code>%2</code></p><p>%3</p>")
                       .arg(escaped(m_place.field.label), escaped(m_place.path),
                            escaped(m_place.field.help));
    if (m_place.field.type != FieldType::Choice && m_place.field.type != FieldType::Boolean)
        text += tr("<p>Takes %1.</p>").arg(escaped(acceptedText(m_place.field)));
    const std::string defaultText = valueText(m_place.field.defaultValue);
    if (!defaultText.empty())
        text += tr("<p>Default: %1</p>").arg(escaped(defaultText));
    return text;
}

} // namespace concertina
