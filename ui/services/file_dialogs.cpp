// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/file_dialogs.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

namespace concertina {

namespace {

const auto folderKey = QStringLiteral("dialogs/folder");

QString tr(const char* text) {
    return QCoreApplication::translate("FileDialogs", text);
}

} // namespace

std::optional<QString> FileDialogs::openFile(QWidget* parent, const QString& title,
                                             const QString& filter) {
    return remember(QFileDialog::getOpenFileName(parent, title, lastFolder(), filter));
}

QStringList FileDialogs::openFiles(QWidget* parent, const QString& title, const QString& filter) {
    const QStringList files = QFileDialog::getOpenFileNames(parent, title, lastFolder(), filter);
    if (!files.isEmpty())
        remember(files.first());
    return files;
}

std::optional<QString> FileDialogs::openFolder(QWidget* parent, const QString& title) {
    return remember(QFileDialog::getExistingDirectory(parent, title, lastFolder()));
}

std::optional<QString> FileDialogs::saveFile(QWidget* parent, const QString& title,
                                             const QString& suggestion, const QString& filter) {
    return remember(QFileDialog::getSaveFileName(parent, title,
                                                 QDir(lastFolder()).filePath(suggestion), filter));
}

std::optional<QString> FileDialogs::askText(QWidget* parent, const QString& title,
                                            const QString& label) {
    bool answered = false;
    const QString text =
        QInputDialog::getText(parent, title, label, QLineEdit::Normal, {}, &answered);
    return answered ? std::optional(text) : std::nullopt;
}

Dialogs::Closing FileDialogs::askClosing(QWidget* parent, const QString& run) {
    QMessageBox box(QMessageBox::Question, tr("Close the window?"), tr("%1 is training.").arg(run),
                    QMessageBox::NoButton, parent);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(tr("Training can go on in the background with the window minimized, or "
                              "pause with a checkpoint and be resumed later from Runs."));
    const QPushButton* goOn = box.addButton(tr("Go on in the background"), QMessageBox::AcceptRole);
    const QPushButton* pause = box.addButton(tr("Pause and quit"), QMessageBox::DestructiveRole);
    QPushButton* cancel = box.addButton(QMessageBox::Cancel);
    box.setDefaultButton(cancel);
    box.setEscapeButton(cancel);
    box.exec();
    if (box.clickedButton() == goOn)
        return Closing::GoOn;
    return box.clickedButton() == pause ? Closing::PauseAndQuit : Closing::Cancel;
}

QString FileDialogs::lastFolder() const {
    const QString folder = m_settings.value(folderKey).toString();
    return QFileInfo(folder).isDir() ? folder : QDir::homePath();
}

std::optional<QString> FileDialogs::remember(const QString& answer) {
    if (answer.isEmpty())
        return std::nullopt;
    const QFileInfo file(answer);
    m_settings.setValue(folderKey, file.isDir() ? answer : file.absolutePath());
    return answer;
}

} // namespace concertina
