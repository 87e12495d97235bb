// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/card_splitter.h"

#include "widgets/theme/theme.h"

namespace concertina {

namespace {

class GapHandle : public QSplitterHandle {
public:
    using QSplitterHandle::QSplitterHandle;

protected:
    void paintEvent(QPaintEvent*) override {}
};

} // namespace

CardSplitter::CardSplitter(Qt::Orientation orientation, QWidget* parent)
    : QSplitter(orientation, parent) {
    setHandleWidth(GridUnit);
    setChildrenCollapsible(false);
}

QSplitterHandle* CardSplitter::createHandle() {
    return new GapHandle(orientation(), this);
}

} // namespace concertina
