// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>

namespace concertina {

/// The head of a table on a card: small muted labels over a line, and an arrow where it is sorted.
class TableHeader : public QHeaderView {
    Q_OBJECT

public:
    explicit TableHeader(QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    QSize sectionSizeFromContents(int section) const override;
    void paintSection(QPainter* painter, const QRect& area, int section) const override;
    void paintEvent(QPaintEvent* event) override;
};

} // namespace concertina
