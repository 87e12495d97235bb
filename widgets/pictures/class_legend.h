// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

#include <QAbstractListModel>
#include <QListView>

#include <cstddef>
#include <set>
#include <vector>

namespace concertina {

/// A share that is not 0 for people: "12 %", "0.3 %", "< 0.1 %".
QString classShareText(double share);

/// A class that is to be seen, with its share of the pixels.
struct LegendClass {
    int index = 0;
    ClassInfo info;
    double share = 0;

    bool operator==(const LegendClass&) const = default;
};

/// Classes that have pixels, the most frequent first. Unchecked ones are hidden.
class ClassLegendModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { IndexRole = Qt::UserRole, ShareRole };

    using QAbstractListModel::QAbstractListModel;

    /// `counts` are pixels a class; what is hidden stays so.
    void setClasses(const std::vector<ClassInfo>& classes, const std::vector<std::size_t>& counts);

    const std::vector<LegendClass>& present() const { return m_present; }
    const std::set<int>& hidden() const { return m_hidden; }
    int rowOf(int index) const; ///< −1 where the class has no pixels

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void hiddenChanged();

private:
    std::vector<LegendClass> m_present;
    std::set<int> m_hidden;
};

/// The classes that are present: a check box each, colour, name, share. The entry under the mouse
/// or the keyboard's is reported, and one can be lit from outside.
class ClassLegend : public QListView {
    Q_OBJECT

public:
    explicit ClassLegend(QWidget* parent = nullptr);

    ClassLegendModel* classes() const { return m_model; }

    /// −1 for none. Does not come back as `classHovered`.
    void setHighlighted(int index);
    int highlighted() const { return m_highlighted; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override; ///< a few classes are always seen

Q_SIGNALS:
    void classHovered(int index); ///< −1 for none

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void hover(int index);

    ClassLegendModel* m_model;
    int m_highlighted = -1;
};

} // namespace concertina
