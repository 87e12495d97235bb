// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSplitter>

namespace concertina {

/// Cards whose sizes can be dragged at the gap between them, which looks like any gap.
class CardSplitter : public QSplitter {
public:
    explicit CardSplitter(Qt::Orientation orientation, QWidget* parent = nullptr);

protected:
    QSplitterHandle* createHandle() override;
};

} // namespace concertina
