// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/dialogs.h"

class QSettings;

namespace concertina {

/// The dialogs of the desktop. Each begins in the folder of the last answer, across sessions.
class FileDialogs : public Dialogs {
public:
    explicit FileDialogs(QSettings& settings) : m_settings(settings) {}

    std::optional<QString> openFile(QWidget* parent, const QString& title,
                                    const QString& filter) override;
    QStringList openFiles(QWidget* parent, const QString& title, const QString& filter) override;
    std::optional<QString> openFolder(QWidget* parent, const QString& title) override;
    std::optional<QString> saveFile(QWidget* parent, const QString& title,
                                    const QString& suggestion, const QString& filter) override;
    std::optional<QString> askText(QWidget* parent, const QString& title,
                                   const QString& label) override;
    Closing askClosing(QWidget* parent, const QString& run) override;

private:
    QString lastFolder() const;
    std::optional<QString> remember(const QString& answer);

    QSettings& m_settings;
};

} // namespace concertina
