// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

class QAbstractButton;

namespace concertina {

/// One of a few, side by side: what a combo box is for more. Arrow keys move the choice.
class SegmentedControl : public QWidget {
    Q_OBJECT

public:
    explicit SegmentedControl(const QStringList& labels, QWidget* parent = nullptr);

    int count() const { return static_cast<int>(m_segments.size()); }
    int currentIndex() const { return m_current; }
    void setCurrentIndex(int index);

    /// The segments are the tasks of a spec, in its order: each has its task's colour.
    void showTaskColors();

    /// For its tooltip, text and whether it is enabled.
    QAbstractButton* segment(int index) const { return m_segments.at(index); }

Q_SIGNALS:
    void currentIndexChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QList<QAbstractButton*> m_segments;
    int m_current = 0;
};

} // namespace concertina
