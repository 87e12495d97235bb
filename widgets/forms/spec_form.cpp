// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/spec_form.h"

#include "widgets/controls/toned_label.h"
#include "widgets/forms/field_editor.h"
#include "widgets/forms/field_row.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QResizeEvent>
#include <QScrollArea>
#include <QToolButton>

#include <algorithm>

namespace concertina {

namespace {

constexpr int ColumnWidth = 268; ///< the least that a label and its editor need
constexpr int WideColumn = 310;  ///< nothing in it is cut off: a third column is worth that alone
constexpr int MostColumns = 3;
constexpr int EditorRoom = 150; ///< what a label leaves to its editor at least
constexpr int LineSpacing = 4;

QScrollArea* scrollAreaAround(QWidget* widget) {
    for (QWidget* above = widget->parentWidget(); above != nullptr; above = above->parentWidget())
        if (auto* area = qobject_cast<QScrollArea*>(above))
            return area;
    return nullptr;
}

} // namespace

SpecForm::SpecForm(const Catalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(catalogue), m_grid(new QGridLayout(this)),
      m_more(new QToolButton(this)) {
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(GridUnit);
    m_grid->setVerticalSpacing(LineSpacing);
    m_more->setAutoRaise(true);
    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_more->setFocusPolicy(Qt::StrongFocus);
    connect(m_more, &QToolButton::clicked, this, [this] { setMoreShown(!m_moreShown); });
}

SpecForm::~SpecForm() {
    // A line that loses the focus as it goes has something to say, and there is no receiver.
    for (const auto& [path, row] : m_rows)
        row->disconnect(this);
}

FieldRow* SpecForm::row(const std::string& path) const {
    const auto found = m_rows.find(path);
    return found == m_rows.end() ? nullptr : found->second;
}

bool SpecForm::hasSameRows(const std::vector<FormGroup>& groups) const {
    return std::ranges::equal(groups, m_groups, [this](const FormGroup& a, const FormGroup& b) {
        return a.title == b.title && a.removable == b.removable
               && a.places.size() == b.places.size()
               && std::ranges::all_of(a.places, [this](const SpecPlace& place) {
                      const FieldRow* shown = row(place.path);
                      return shown != nullptr && shown->fits(place);
                  });
    });
}

void SpecForm::setGroups(std::vector<FormGroup> groups,
                    const std::map<std::string, std::string>& refused) {
    const bool same = hasSameRows(groups);
    m_groups = std::move(groups);
    if (!same)
        rebuild();
    for (const FormGroup& group : m_groups)
        for (const SpecPlace& place : group.places) {
            const auto text = refused.find(place.path);
            m_rows[place.path]->setPlace(
                place, text == refused.end() ? std::nullopt : std::optional(toQt(text->second)));
        }
    showMore();
}

FieldRow* SpecForm::rowFor(const SpecPlace& place, std::map<std::string, FieldRow*>& former) {
    if (const auto found = former.find(place.path);
        found != former.end() && found->second->fits(place)) {
        FieldRow* kept = found->second;
        former.erase(found);
        return kept;
    }
    auto* made = new FieldRow(place, m_catalogue, this);
    connect(made, &FieldRow::edited, this, &SpecForm::edited);
    connect(made, &FieldRow::finished, this, &SpecForm::finished);
    connect(made, &FieldRow::folderWanted, this, &SpecForm::folderWanted);
    connect(made, &FieldRow::noteOpened, this, &SpecForm::noteOpened);
    return made;
}

void SpecForm::rebuild() {
    auto former = std::exchange(m_rows, {});
    for (QWidget* title : std::exchange(m_titles, {}))
        if (title != nullptr)
            title->deleteLater();
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        const FormGroup& group = m_groups[i];
        QWidget* title = nullptr;
        if (!group.title.isEmpty()) {
            title = new QWidget(this);
            auto* layout = new QHBoxLayout(title);
            layout->setContentsMargins(0, 4, 0, 0);
            auto* label = new TonedLabel(ColorRole::Text, group.title, title);
            layout->addWidget(label, 1);
            if (group.removable) {
                auto* remove = new QToolButton(title);
                remove->setText(tr("Remove"));
                remove->setAutoRaise(true);
                remove->setAccessibleName(tr("Remove %1").arg(group.title));
                layout->addWidget(remove);
                connect(remove, &QToolButton::clicked, this,
                        [this, i] { Q_EMIT removeRequested(static_cast<int>(i)); });
            }
        }
        m_titles.push_back(title);
        for (const SpecPlace& place : group.places)
            m_rows[place.path] = rowFor(place, former);
    }
    // A row can be asked to go by its own signal.
    for (const auto& [path, row] : former) {
        row->hide();
        row->deleteLater();
    }
    arrange();
}

void SpecForm::arrange() {
    while (QLayoutItem* item = m_grid->takeAt(0))
        delete item;
    int line = 0;
    QWidget* before = nullptr;
    const auto put = [&](const SpecPlace& place, int& column) {
        FieldRow* shown = m_rows[place.path];
        m_grid->addWidget(shown, line, column, Qt::AlignTop);
        shown->setVisible(!place.field.advanced || m_moreShown);
        if (before != nullptr)
            setTabOrder(before, shown->editor()->focusProxy());
        before = shown->editor()->focusProxy();
        if (++column == m_columns) {
            column = 0;
            ++line;
        }
    };
    const auto endLine = [&](int& column) {
        line += column > 0 ? 1 : 0;
        column = 0;
    };
    int column = 0;
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        if (m_titles[i] != nullptr) {
            endLine(column);
            m_grid->addWidget(m_titles[i], line++, 0, 1, m_columns);
            m_titles[i]->show();
        }
        for (const SpecPlace& place : m_groups[i].places)
            if (!place.field.advanced)
                put(place, column);
    }
    endLine(column);
    m_grid->addWidget(m_more, line++, 0, 1, m_columns, Qt::AlignLeft);
    if (before != nullptr)
        setTabOrder(before, m_more);
    before = m_more;
    for (const FormGroup& group : m_groups)
        for (const SpecPlace& place : group.places)
            if (place.field.advanced)
                put(place, column);
    for (int c = 0; c < MostColumns; ++c)
        m_grid->setColumnStretch(c, c < m_columns ? 1 : 0);
    fitLabels();
}

/// As wide as the longest label that is shown, as far as that leaves room to the editors.
void SpecForm::fitLabels() {
    int needed = ShortestLabel;
    for (const auto& [path, row] : m_rows)
        if (!row->place().field.advanced || m_moreShown)
            needed = std::max(needed, row->neededLabelWidth());
    const int column = (width() - (m_columns - 1) * GridUnit) / m_columns;
    const int label = std::clamp(needed, ShortestLabel, std::max(ShortestLabel, column - EditorRoom));
    for (const auto& [path, row] : m_rows)
        row->setLabelWidth(label);
    if (std::exchange(m_labelWidth, label) != label)
        Q_EMIT labelWidthChanged(label);
}

void SpecForm::showMore() {
    int advanced = 0;
    int changed = 0;
    for (const auto& [path, row] : m_rows)
        if (row->place().field.advanced) {
            ++advanced;
            changed += row->isDefault() ? 0 : 1;
        }
    m_more->setVisible(advanced > 0);
    m_more->setArrowType(m_moreShown ? Qt::DownArrow : Qt::RightArrow);
    QString text = m_moreShown ? tr("Less") : tr("More");
    if (changed > 0)
        text += tr(" · %1 changed").arg(changed);
    m_more->setText(text);
    m_more->setAccessibleName(tr("Advanced fields, %1 of %2 changed").arg(changed).arg(advanced));
    m_more->setToolTip(tr("Advanced fields: %1").arg(advanced));
}

void SpecForm::setMoreShown(bool shown) {
    m_moreWanted = shown;
    adoptMore();
}

void SpecForm::setRoomy(bool roomy) {
    m_roomy = roomy;
    adoptMore();
}

int SpecForm::advancedHeight() const {
    int height = 0, line = 0, column = 0;
    const auto endLine = [&] {
        height += line > 0 ? line + LineSpacing : 0;
        line = column = 0;
    };
    for (const FormGroup& group : m_groups)
        for (const SpecPlace& place : group.places)
            if (place.field.advanced) {
                line = std::max(line, row(place.path)->sizeHint().height());
                if (++column == m_columns)
                    endLine();
            }
    endLine();
    return height;
}

void SpecForm::adoptMore() {
    const bool shown = m_moreWanted.value_or(m_roomy);
    if (m_moreShown == shown)
        return;
    m_moreShown = shown;
    for (const auto& [path, row] : m_rows)
        if (row->place().field.advanced)
            row->setVisible(shown);
    fitLabels();
    showMore();
}

void SpecForm::setProblems(const std::map<std::string, QString>& problems) {
    for (const auto& [path, row] : m_rows) {
        const auto found = problems.find(path);
        row->setProblem(found == problems.end() ? QString() : found->second);
        // What is wrong must not hide.
        if (found != problems.end() && row->place().field.advanced)
            setMoreShown(true);
    }
}

void SpecForm::setNote(const std::string& path, const QString& note, const QString& tip) {
    if (FieldRow* noted = row(path))
        noted->setNote(note, tip);
}

bool SpecForm::showField(const std::string& path) {
    FieldRow* shown = row(path);
    if (shown == nullptr)
        return false;
    if (shown->place().field.advanced)
        setMoreShown(true);
    shown->editor()->setFocus(Qt::ShortcutFocusReason);
    if (QScrollArea* area = scrollAreaAround(this)) {
        QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        area->ensureWidgetVisible(shown);
    }
    return true;
}

void SpecForm::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int width = event->size().width();
    const int columns =
        std::max(std::clamp(width / ColumnWidth, 1, 2), std::min(width / WideColumn, MostColumns));
    if (std::exchange(m_columns, columns) == columns)
        fitLabels();
    else
        arrange();
}

} // namespace concertina
