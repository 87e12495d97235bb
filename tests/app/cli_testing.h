// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <functional>

// The command-line program as its user has it: a process, its words, what it writes and how it
// ends. Nothing of the program is linked; its JSON is read by Qt's reader.
namespace cli {

/// How a call ended.
struct Outcome {
    int code = -1; ///< 128 + the signal where one ended it, as a shell says it
    QByteArray out;
    QByteArray err;
    double seconds = 0;

    QString text() const; ///< everything, for messages of failed tests

    /// The objects on stdout. A line that is none is an object {"not JSON": line}.
    QList<QJsonObject> objects() const;

    /// The objects of an event, in order.
    QList<QJsonObject> events(const QString& event) const;

    /// The last object; it must be there.
    QJsonObject last() const;

    /// The notices of a code.
    QList<QJsonObject> notices(const QString& code) const;
};

/// A training that goes on while the test does. Killed with this object.
class Training {
public:
    /// The arguments of the program; `--json` is added. `wrapper` is a program, with arguments,
    /// that starts another.
    explicit Training(const QStringList& arguments, const QStringList& wrapper = {});
    ~Training();
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    using Condition = std::function<bool(const QJsonObject&)>;

    /// The next object for which this holds; empty where the program ends before or takes longer
    /// than a minute.
    QJsonObject waitFor(const Condition& condition);
    QJsonObject waitForEvent(const QString& event);
    QJsonObject waitForStep(int step); ///< or a later one

    void signal(int number) const;
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    Outcome wait(int seconds = 120); ///< for its end; then everything that it wrote

private:
    bool nextLine(QByteArray& line, int milliseconds);

    QProcess m_process;
    QByteArray m_out;     ///< so far
    qsizetype m_read = 0; ///< of it, by waitFor
};

/// The program's file.
QString program();

/// Runs the program, or another, to its end.
Outcome run(const QStringList& arguments, const QStringList& wrapper = {},
            const QString& file = program());

/// A folder of its own, gone afterwards, with a store in it.
class Workplace {
public:
    QString path(const QString& name = {}) const { return m_folder.filePath(name); }
    QString store() const { return path("store"); }

    /// Writes a file and returns its path.
    QString write(const QString& name, const QByteArray& bytes) const;
    QString write(const QString& name, const QJsonObject& json) const;

    /// With --store.
    QStringList inStore(QStringList arguments) const;
    Outcome run(const QStringList& arguments) const { return cli::run(inStore(arguments)); }

    /// Trains to the end; the run's id. Fails the program where that fails.
    QString train(const QJsonObject& spec, const QStringList& more = {}) const;

    /// The state of the only run of the store, as `runs` prints it.
    QString state() const;

    /// What `show --json` prints of a run, or of the only one.
    QJsonObject shown(const QString& run = {}) const;

private:
    QTemporaryDir m_folder;
};

/// Three tasks on rendered rooms of 32 × 32, 8 for training and 4 for validation, with a SegNet
/// of two stages: 12 steps in a second.
QJsonObject tinySpec();

/// The same with a value at "train.steps" or the like.
QJsonObject with(QJsonObject spec, const QString& path, const QJsonValue& value);

QByteArray fileBytes(const QString& path);

} // namespace cli
