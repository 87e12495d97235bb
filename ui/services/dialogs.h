// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

class QWidget;

namespace concertina {

/// Questions to the person that need an answer before anything goes on; an interface, so that
/// tests answer them.
class Dialogs {
public:
    virtual ~Dialogs() = default;

    /// `filter` as QFileDialog takes it; none where the person changed their mind.
    virtual std::optional<QString> openFile(QWidget* parent, const QString& title,
                                            const QString& filter) = 0;
    /// One or more; none where the person changed their mind.
    virtual QStringList openFiles(QWidget* parent, const QString& title, const QString& filter) = 0;
    virtual std::optional<QString> openFolder(QWidget* parent, const QString& title) = 0;
    virtual std::optional<QString> saveFile(QWidget* parent, const QString& title,
                                            const QString& suggestion, const QString& filter) = 0;

    /// None where the person changed their mind.
    virtual std::optional<QString> askText(QWidget* parent, const QString& title,
                                           const QString& label) = 0;

    enum class Closing { GoOn, PauseAndQuit, Cancel };

    /// What to do with a training when its window is closed.
    virtual Closing askClosing(QWidget* parent, const QString& run) = 0;
};

} // namespace concertina
