// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec_places.h"

#include <QWidget>

#include <map>
#include <optional>
#include <string>
#include <vector>

class QGridLayout;
class QToolButton;
class QVBoxLayout;

namespace concertina {

class FieldRow;

/// Fields that belong together, such as the records of a list.
struct FormGroup {
    QString title; ///< none: the fields stand for themselves
    std::vector<SpecPlace> places;
    bool removable = false;
};

/// A form for places of a spec: made from their descriptions alone, in as many columns as there is
/// room for; advanced used fields are behind "more", which says how many of them were changed.
class SpecForm : public QWidget {
    Q_OBJECT

public:
    explicit SpecForm(const Catalogue& catalogue, QWidget* parent = nullptr);
    ~SpecForm() override;

    /// Shows the places. `refused` are texts that stand in the form and are no values, by path.
    /// Rows that still fit stay, and with them the focus.
    void setGroups(std::vector<FormGroup> groups, const std::map<std::string, std::string>& refused);

    /// What is wrong, by path.
    void setProblems(const std::map<std::string, QString>& problems);

    /// What is known of a field's value; nothing is said where the form has none for the path.
    void setNote(const std::string& path, const QString& note, const QString& tip);

    /// Brings a field into view and gives it the focus; false where the form has none for the path.
    bool showField(const std::string& path);

    FieldRow* row(const std::string& path) const;
    bool isMoreShown() const { return m_moreShown; }
    void setMoreShown(bool shown); ///< as a person wants it, from then on

    /// Whether there is room for the advanced used fields too: then they are shown, until a person
    /// wants it otherwise.
    void setRoomy(bool roomy);
    bool isRoomy() const { return m_roomy; }
    int advancedHeight() const; ///< what they need

    int labelWidth() const { return m_labelWidth; }

Q_SIGNALS:
    void edited(const std::string& path, const QString& text);
    void finished();
    void folderWanted(const std::string& path);
    void noteOpened(const std::string& path);
    void removeRequested(int group);
    void labelWidthChanged(int width);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    bool hasSameRows(const std::vector<FormGroup>& groups) const;
    void rebuild();
    void arrange();
    void showMore();
    void adoptMore();
    void fitLabels();
    FieldRow* rowFor(const SpecPlace& place, std::map<std::string, FieldRow*>& former);

    const Catalogue& m_catalogue;
    std::vector<FormGroup> m_groups;
    std::map<std::string, FieldRow*> m_rows;
    std::vector<QWidget*> m_titles; ///< one a group; null where it has no title
    QGridLayout* m_grid;
    QToolButton* m_more;
    bool m_moreShown = false;
    std::optional<bool> m_moreWanted; ///< by a person
    bool m_roomy = false;
    int m_columns = 2;
    int m_labelWidth = 0;
};

} // namespace concertina
