// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/command_palette.h"
#include "widgets/controls/overlay.h"

#include <QKeyCombination>

class QLabel;
class QLineEdit;
class QListWidget;
class QUrl;

namespace concertina {

class HelpText;

/// The pages of help over the window: found by any words of theirs, read and followed by the
/// keyboard alone. It opens where it was left.
class HelpView : public Overlay {
    Q_OBJECT

public:
    explicit HelpView(QWidget* host);

    /// Opens; `commands` are what can be done now, for the page of keys.
    void openWith(const QList<Command>& commands);

protected:
    QSize wantedSize() const override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter();
    void showChosen();
    void chooseShown(const QUrl& page);
    void goBy(int pages);
    bool handleKey(QKeyCombination key);

    QLineEdit* m_field;
    QListWidget* m_list;
    QLabel* m_nothing;
    HelpText* m_text;
};

} // namespace concertina
