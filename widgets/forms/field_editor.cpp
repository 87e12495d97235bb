// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/field_editor.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/forms/value_edit.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <utility>
#include <vector>

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

QString methodTip(const MethodInfo& method) {
    QString tip;
    for (const std::string& paragraph : {method.help, method.cost})
        if (!paragraph.empty())
            tip += QStringLiteral("<p>%1</p>").arg(toQt(paragraph).toHtmlEscaped());
    return tip + QStringLiteral("<p><i>%1</i></p>").arg(toQt(method.source).toHtmlEscaped());
}

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
    QuietComboBox* m_box;
    int m_known = 0;
};

class LineEditor : public FieldEditor {
public:
    LineEditor(const FieldInfo& field, QWidget* parent)
        : FieldEditor(parent), m_line(new ValueEdit(field, this)) {
        fill(this, m_line);
        if (field.type == FieldType::Folder || field.type == FieldType::File) {
            auto* browse = m_line->addAction(themedIcon(QStringLiteral("folder")),
                                             QLineEdit::TrailingPosition);
            browse->setText(field.type == FieldType::Folder ? tr("Choose a folder…")
                                                            : tr("Choose a file…"));
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

/// Methods below each other, each with a way up and out, and a way to add one. The options of each
/// are places of their own.
class MethodsEditor : public FieldEditor {
public:
    MethodsEditor(const FieldInfo& field, const Catalogue& catalogue, QWidget* parent)
        : FieldEditor(parent),
          m_field(field),
          m_methods(catalogue.methods(*field.family)),
          m_lines(new QVBoxLayout(this)),
          m_add(new QToolButton(this)) {
        m_lines->setContentsMargins(0, 0, 0, 0);
        m_lines->setSpacing(2);
        m_lines->addWidget(m_add, 0, Qt::AlignLeft);
        m_add->setText(tr("Add"));
        m_add->setIcon(themedIcon(QStringLiteral("plus")));
        m_add->setIconSize({12, 12});
        m_add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        m_add->setAutoRaise(true);
        m_add->setFocusPolicy(Qt::StrongFocus);
        setFocusProxy(m_add);
        connect(m_add, &QToolButton::clicked, this, [this] {
            // As the first is: it can stand at the front.
            if (!m_methods.empty())
                change([this](Json& list) {
                    const Json added = list.empty() ? of(0) : list.front();
                    list.insert(list.begin(), added);
                });
        });
    }

    QString text() const override { return toQt(valueText(m_list)); }

    void setText(const QString& text) override {
        auto list = parseValue(m_field, text.toStdString());
        if (!list || *list == m_list)
            return;
        m_list = std::move(*list);
        rebuild();
    }

    void setWrong(bool wrong) override {
        for (QuietComboBox* box : m_boxes)
            box->setWrong(wrong);
    }

private:
    Json of(int method) const {
        return {{"id", m_methods[static_cast<std::size_t>(method)]->id},
                {"options", Json::object()}};
    }

    template <class Change>
    void change(Change make) {
        make(m_list);
        const QWidget* focus = QApplication::focusWidget();
        const bool focused = focus != nullptr && isAncestorOf(focus);
        rebuild();
        if (focused)
            m_add->setFocus();
        Q_EMIT edited(text());
        Q_EMIT finished();
    }

    void rebuild() {
        m_boxes.clear();
        while (m_lines->count() > 1) {
            QLayoutItem* item = m_lines->takeAt(0);
            item->widget()->hide();
            item->widget()->deleteLater(); // its button may be what was clicked
            delete item;
        }
        for (std::size_t i = 0; i < m_list.size(); ++i) {
            QWidget* made = line(i);
            m_lines->insertWidget(static_cast<int>(i), made);
            made->show(); // the editor may be shown already
        }
    }

    QWidget* line(std::size_t at) {
        auto* line = new QWidget(this);
        auto* row = new QHBoxLayout(line);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(0);
        auto* box = new QuietComboBox(line);
        m_boxes.push_back(box);
        const QString number = QString::number(at + 1);
        const std::string id = m_list[at].value("id", std::string());
        for (const MethodInfo* method : m_methods) {
            box->addItem(toQt(method->label), toQt(method->id));
            box->setItemData(box->count() - 1, methodTip(*method), Qt::ToolTipRole);
            if (method->id == id)
                box->setCurrentIndex(box->count() - 1);
        }
        box->setAccessibleName(tr("%1, method %2").arg(toQt(m_field.label), number));
        if (box->currentData().toString() != toQt(id)) {
            box->addItem(tr("%1 (unknown)").arg(toQt(id)));
            box->setCurrentIndex(box->count() - 1);
        }
        connect(box, qOverload<int>(&QComboBox::activated), this, [this, at](int method) {
            if (method < static_cast<int>(m_methods.size()))
                change([&](Json& list) { list[at] = of(method); });
        });
        row->addWidget(new TonedLabel(ColorRole::MutedText, number + QStringLiteral(". ")));
        row->addWidget(box, 1);
        QToolButton* up = button(line, tr("Method %1 further to the front").arg(number));
        up->setArrowType(Qt::UpArrow);
        up->setEnabled(at > 0);
        connect(up, &QToolButton::clicked, this,
                [this, at] { change([&](Json& list) { std::swap(list[at], list[at - 1]); }); });
        QToolButton* out = button(line, tr("Remove method %1").arg(number));
        out->setIcon(themedIcon(QStringLiteral("close")));
        out->setIconSize({12, 12});
        out->setEnabled(m_list.size() > 1 || m_field.mayBeEmpty);
        connect(out, &QToolButton::clicked, this,
                [this, at] { change([&](Json& list) { list.erase(at); }); });
        row->addWidget(up);
        row->addWidget(out);
        return line;
    }

    static QToolButton* button(QWidget* parent, const QString& what) {
        auto* made = new QToolButton(parent);
        made->setAutoRaise(true);
        made->setFixedSize(20, ControlHeight);
        made->setFocusPolicy(Qt::TabFocus);
        made->setAccessibleName(what);
        made->setToolTip(what);
        return made;
    }

    const FieldInfo m_field;
    const std::vector<const MethodInfo*> m_methods;
    Json m_list = Json::array();
    std::vector<QuietComboBox*> m_boxes;
    QVBoxLayout* m_lines; ///< with the way to add one at its end
    QToolButton* m_add;
};

} // namespace

FieldEditor* FieldEditor::make(const SpecPlace& place, const Catalogue& catalogue,
                               QWidget* parent) {
    switch (place.field.type) {
    case FieldType::Boolean: return new TickEditor(parent);
    case FieldType::Choice: return new ChoiceEditor(place, catalogue, parent);
    case FieldType::Methods: return new MethodsEditor(place.field, catalogue, parent);
    case FieldType::Integer:
    case FieldType::Real:
    case FieldType::Text:
    case FieldType::Folder:
    case FieldType::File:
    case FieldType::Integers:
    case FieldType::Reals:
    case FieldType::Texts: break;
    }
    return new LineEditor(place.field, parent);
}

} // namespace concertina
