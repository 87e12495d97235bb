// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/command_palette.h"

#include <QTextBrowser>

#include <map>

namespace concertina {

/// The pages of help as a browser: Markdown in the window's colours, with its way back and forward.
class HelpText : public QTextBrowser {
    Q_OBJECT

public:
    explicit HelpText(QWidget* parent = nullptr);

    /// The page of keys lists those of these actions.
    void setCommands(const QList<Command>& commands);

    /// "sharing" of "sharing.md".
    static QString nameOf(const QUrl& page) {
        return page.fileName().section(QLatin1Char('.'), 0, 0);
    }

    /// The page that is shown.
    QString pageName() const { return nameOf(source()); }
    void showPage(const QString& name);

    /// The first heading of a page; its text without marks, for searching.
    QString titleOf(const QString& name) const;
    QString textOf(const QString& name) const;

    /// Lights every place of a text, and goes to the first or to the next one.
    void light(const QString& text);
    void toNextPlace();

    QVariant loadResource(int type, const QUrl& name) override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void doSetSource(const QUrl& url, QTextDocument::ResourceType type) override;

private:
    QString markdownOf(const QString& name) const;
    void makeAgain();
    void dress();
    void showPlaces();

    int m_room = 800; ///< for figures, in pixels
    QString m_keys; ///< a table of shortcuts, as Markdown
    QString m_lit;
    mutable std::map<QString, QString> m_texts; ///< what `textOf` has made
};

} // namespace concertina
