// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/field_editor.h"

#include "widgets/controls/icon.h"
#include "widgets/forms/value_edit.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QSignalBlocker>
#include <QWheelEvent>

namespace concertina {

namespace {

/// Scrolls the form, not its value, under a wheel that passes over it.
class QuietComboBox : public QComboBox {
public:
    explicit QuietComboBox(QWidget* parent) : QComboBox(parent) {
        setFocusPolicy(Qt::StrongFocus);
        setFixedHeight(ControlHeight);
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        setMinimumContentsLength(6);
    }

    void setWrong(bool wrong) {
        m_wrong = wrong;
        update();
    }

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (hasFocus())
            QComboBox::wheelEvent(event);
        else
            event->ignore();
    }

    void paintEvent(QPaintEvent* event) override {
        QComboBox::paintEvent(event);
        if (!m_wrong)
            return;
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(color(ColorRole::Bad, palette()), 1.4));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.7, 0.7, -0.7, -0.7), 3, 3);
    }

private:
    bool m_wrong = false;
};

void fill(FieldEditor* editor, QWidget* control) {
    auto* layout = new QHBoxLayout(editor);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(control);
    editor->setFocusProxy(control);
}

class TickEditor : public FieldEditor {
public:
    explicit TickEditor(QWidget* parent) : FieldEditor(parent), m_box(new QCheckBox(this)) {
        fill(this, m_box);
        m_box->setFixedHeight(ControlHeight);
        connect(m_box, &QCheckBox::toggled, this, [this](bool on) {
            m_box->setText(word(on));
            Q_EMIT edited(text());
            Q_EMIT finished();
        });
        m_box->setText(word(false));
    }

    QString text() const override {
        return m_box->isChecked() ? QStringLiteral("true") : QStringLiteral("false");
    }

    void setText(const QString& text) override {
        const QSignalBlocker quiet(m_box);
        m_box->setChecked(text == QLatin1String("true"));
        m_box->setText(word(m_box->isChecked()));
    }

    void setWrong(bool) override {} // both answers are right

private:
    static QString word(bool on) { return on ? tr("on") : tr("off"); }

    QCheckBox* m_box;
};

class ChoiceEditor : public FieldEditor {
public:
    ChoiceEditor(const SpecPlace& place, const Catalogue& catalogue, QWidget* parent)
        : FieldEditor(parent), m_box(new QuietComboBox(this)) {
        fill(this, m_box);
        for (const std::string& choice : place.field.choices) {
            const MethodInfo* method =
                place.family ? catalogue.find(*place.family, choice) : nullptr;
            const auto id = toQt(choice);
            m_box->addItem(method != nullptr ? toQt(method->label) : id, id);
            if (method != nullptr)
                m_box->setItemData(m_box->count() - 1, methodTip(*method), Qt::ToolTipRole);
        }
        m_known = m_box->count();
        connect(m_box, qOverload<int>(&QComboBox::activated), this, [this] {
            Q_EMIT edited(text());
            Q_EMIT finished();
        });
    }

    QString text() const override { return m_box->currentData().toString(); }

    void setText(const QString& text) override {
        const QSignalBlocker quiet(m_box);
        while (m_box->count() > m_known)
            m_box->removeItem(m_known);
        int index = m_box->findData(text);
        if (index < 0) {
            m_box->addItem(tr("%1 (unknown)").arg(text), text);
            index = m_known;
        }
        m_box->setCurrentIndex(index);
    }

    void setWrong(bool wrong) override { m_box->setWrong(wrong); }

private:
    static QString methodTip(const MethodInfo& method) {
        QString tip;
        for (const std::string& paragraph : {method.help, method.cost})
            if (!paragraph.empty())
                tip += QStringLiteral("<p>%1</p>").arg(toQt(paragraph).toHtmlEscaped());
        return tip + QStringLiteral("<p><i>%1</i></p>").arg(toQt(method.source).toHtmlEscaped());
    }

    QuietComboBox* m_box;
    int m_known = 0;
};

class LineEditor : public FieldEditor {
public:
    LineEditor(const FieldInfo& field, QWidget* parent)
        : FieldEditor(parent), m_line(new ValueEdit(field, this)) {
        fill(this, m_line);
        if (field.type == FieldType::Folder) {
            auto* browse = m_line->addAction(themedIcon(QStringLiteral("folder")),
                                             QLineEdit::TrailingPosition);
            browse->setText(tr("Choose a folder…"));
            browse->setToolTip(browse->text());
            connect(browse, &QAction::triggered, this, &FieldEditor::folderWanted);
        }
        connect(m_line, &QLineEdit::textEdited, this, &FieldEditor::edited);
        connect(m_line, &QLineEdit::editingFinished, this, &FieldEditor::finished);
    }

    QString text() const override { return m_line->text(); }

    void setText(const QString& text) override {
        // Setting it moves the cursor: not under the person's hands.
        if (m_line->text() != text) {
            m_line->setText(text);
            m_line->setCursorPosition(m_line->hasFocus() ? static_cast<int>(text.size()) : 0);
        }
    }

    void setWrong(bool wrong) override { m_line->setWrong(wrong); }

private:
    ValueEdit* m_line;
};

} // namespace

FieldEditor* FieldEditor::make(const SpecPlace& place, const Catalogue& catalogue,
                               QWidget* parent) {
    switch (place.field.type) {
    case FieldType::Boolean: return new TickEditor(parent);
    case FieldType::Choice: return new ChoiceEditor(place, catalogue, parent);
    case FieldType::Integer:
    case FieldType::Real:
    case FieldType::Text:
    case FieldType::Folder:
    case FieldType::Integers:
    case FieldType::Reals:
    case FieldType::Texts: break;
    }
    return new LineEditor(place.field, parent);
}

} // namespace concertina
