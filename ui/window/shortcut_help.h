// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/command_palette.h"
#include "widgets/controls/overlay.h"

class QScrollArea;

namespace concertina {

/// Every shortcut of the window and of its pages, by place.
class ShortcutHelp : public Overlay {
    Q_OBJECT

public:
    explicit ShortcutHelp(QWidget* host);

    void openWith(const QList<Command>& commands);

protected:
    QSize wantedSize() const override;

private:
    QScrollArea* m_scroll;
};

} // namespace concertina
