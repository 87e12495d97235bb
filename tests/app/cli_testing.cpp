// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <csignal>

namespace cli {

namespace {

constexpr int patience = 60'000; // ms; a machine may be busy with other tests

QJsonObject objectOf(const QByteArray& line) {
    const QJsonDocument document = QJsonDocument::fromJson(line);
    return document.isObject() ? document.object()
                               : QJsonObject{{"not JSON", QString::fromUtf8(line)}};
}

QProcessEnvironment environment() {
    auto environment = QProcessEnvironment::systemEnvironment();
    // The store of the user who runs the tests stays as it is, whatever a test forgets.
    environment.insert("XDG_DATA_HOME", "/nonexistent");
    // Neither is the runner that was chosen kept, and root could write anywhere else.
    environment.insert("XDG_CACHE_HOME", "/dev/null");
    // Several programs on few cores: threads that wait must not spin.
    environment.insert("OMP_WAIT_POLICY", "passive");
    // Their own choice, and no word about another.
    environment.remove("OPENBLAS_CORETYPE");
    environment.insert("LC_ALL", "C.UTF-8");
    return environment;
}

void start(QProcess& process, const QStringList& wrapper, const QString& file,
           const QStringList& arguments) {
    QStringList words = wrapper + QStringList{file} + arguments;
    process.setProcessEnvironment(environment());
    process.setProgram(words.takeFirst());
    process.setArguments(words);
    process.start();
    if (!process.waitForStarted(patience))
        qFatal("%s: %s", qPrintable(process.program()), qPrintable(process.errorString()));
}

int codeOf(const QProcess& process) {
    // QProcess gives the number of the signal as the exit code of what "crashed".
    return process.exitStatus() == QProcess::CrashExit ? 128 + process.exitCode()
                                                       : process.exitCode();
}

QJsonValue changed(const QJsonValue& value, const QStringList& path, const QJsonValue& leaf) {
    if (path.isEmpty())
        return leaf;
    bool isIndex = false;
    const int index = path.first().toInt(&isIndex);
    if (isIndex) {
        QJsonArray array = value.toArray();
        while (array.size() <= index)
            array.append(QJsonObject());
        array[index] = changed(array[index], path.mid(1), leaf);
        return array;
    }
    QJsonObject object = value.toObject();
    object[path.first()] = changed(object[path.first()], path.mid(1), leaf);
    return object;
}

} // namespace

QString program() {
    return CONCERTINA_CLI;
}

QString Outcome::text() const {
    const auto cut = [](const QByteArray& bytes) { return QString::fromUtf8(bytes.right(4000)); };
    return QString("exit code %1 after %2 s\n--- stdout:\n%3--- stderr:\n%4")
        .arg(code)
        .arg(seconds)
        .arg(cut(out), cut(err));
}

QList<QJsonObject> Outcome::objects() const {
    QList<QJsonObject> objects;
    for (const QByteArray& line : out.split('\n'))
        if (!line.isEmpty())
            objects.append(objectOf(line));
    return objects;
}

QList<QJsonObject> Outcome::events(const QString& event) const {
    QList<QJsonObject> found;
    for (const QJsonObject& object : objects())
        if (object["event"] == event)
            found.append(object);
    return found;
}

QJsonObject Outcome::last() const {
    const auto all = objects();
    if (all.isEmpty())
        qFatal("nothing on stdout; %s", qPrintable(text()));
    return all.last();
}

QList<QJsonObject> Outcome::notices(const QString& wanted) const {
    QList<QJsonObject> found;
    for (const QJsonObject& object : events("notice"))
        if (object["code"] == wanted)
            found.append(object);
    return found;
}

Training::Training(const QStringList& arguments, const QStringList& wrapper) {
    start(m_process, wrapper, program(), arguments + QStringList{"--json"});
}

Training::~Training() {
    m_process.kill();
    m_process.waitForFinished(patience);
}

bool Training::nextLine(QByteArray& line, int milliseconds) {
    QElapsedTimer timer;
    timer.start();
    for (;;) {
        m_out += m_process.readAllStandardOutput();
        const auto end = m_out.indexOf('\n', m_read);
        if (end >= 0) {
            line = m_out.mid(m_read, end - m_read);
            m_read = end + 1;
            return true;
        }
        const int left = milliseconds - static_cast<int>(timer.elapsed());
        if (left <= 0 || (!m_process.waitForReadyRead(left) && !isRunning()
                          && m_process.bytesAvailable() == 0))
            return false;
    }
}

QJsonObject Training::waitFor(const Condition& condition) {
    QByteArray line;
    while (nextLine(line, patience)) {
        const QJsonObject object = objectOf(line);
        if (condition(object))
            return object;
    }
    return {};
}

QJsonObject Training::waitForEvent(const QString& event) {
    return waitFor([&](const QJsonObject& object) { return object["event"] == event; });
}

QJsonObject Training::waitForStep(int step) {
    return waitFor([&](const QJsonObject& object) {
        return object["event"] == "step" && object["step"].toInt() >= step;
    });
}

void Training::signal(int number) const {
    ::kill(static_cast<pid_t>(m_process.processId()), number);
}

Outcome Training::wait(int seconds) {
    QElapsedTimer timer;
    timer.start();
    if (isRunning() && !m_process.waitForFinished(seconds * 1000))
        qFatal("the program has not ended after %d s", seconds);
    m_out += m_process.readAllStandardOutput();
    return {codeOf(m_process), m_out, m_process.readAllStandardError(),
            static_cast<double>(timer.elapsed()) / 1000};
}

Outcome run(const QStringList& arguments, const QStringList& wrapper, const QString& file) {
    QProcess process;
    QElapsedTimer timer;
    timer.start();
    start(process, wrapper, file, arguments);
    if (!process.waitForFinished(3 * patience))
        qFatal("%s has not ended", qPrintable(arguments.join(' ')));
    return {codeOf(process), process.readAllStandardOutput(), process.readAllStandardError(),
            static_cast<double>(timer.elapsed()) / 1000};
}

QString Workplace::write(const QString& name, const QByteArray& bytes) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("%s: %s", qPrintable(file.fileName()), qPrintable(file.errorString()));
    return file.fileName();
}

QString Workplace::write(const QString& name, const QJsonObject& json) const {
    return write(name, QJsonDocument(json).toJson());
}

QStringList Workplace::inStore(QStringList arguments) const {
    // Behind -- it would be a name.
    const auto mark = arguments.indexOf("--");
    const auto place = mark < 0 ? arguments.size() : mark;
    arguments.insert(place, store());
    arguments.insert(place, "--store");
    return arguments;
}

QString Workplace::train(const QJsonObject& spec, const QStringList& more) const {
    const Outcome outcome = run(QStringList{"train", write("spec.json", spec), "--json"} + more);
    if (outcome.code != 0)
        qFatal("%s", qPrintable(outcome.text()));
    return outcome.last()["run"].toString();
}

QString Workplace::state() const {
    const auto runs = run({"runs", "--json"}).objects();
    return runs.size() == 1 ? runs.first()["state"].toString()
                            : QString("%1 runs").arg(runs.size());
}

QJsonObject Workplace::shown(const QString& name) const {
    const QString id = name.isEmpty() ? run({"runs", "--json"}).last()["run"].toString() : name;
    const Outcome outcome = run({"show", id, "--json"});
    if (outcome.code != 0)
        qFatal("%s", qPrintable(outcome.text()));
    return outcome.last();
}

QJsonObject tinySpec() {
    const QByteArray text = R"({
        "format": "concertina-experiment", "version": 1, "name": "tiny", "seed": 3,
        "data": {
            "dataset": {"id": "rooms", "options": {"train_size": 8, "val_size": 4}},
            "height": 32, "width": 32
        },
        "tasks": [{"id": "segmentation"}, {"id": "depth"}, {"id": "normal"}],
        "network": {
            "backbone": {"id": "segnet", "options": {"channels": [4, 8], "convolutions": [1, 1]}},
            "kernels": [{"layers": "*", "id": "factored"}],
            "sharing": ["*: merged"]
        },
        "train": {"steps": 12, "batch": 4, "previews": 1, "threads": 1}
    })";
    return QJsonDocument::fromJson(text).object();
}

QJsonObject with(QJsonObject spec, const QString& path, const QJsonValue& value) {
    return changed(spec, path.split('.'), value).toObject();
}

QByteArray fileBytes(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s: %s", qPrintable(path), qPrintable(file.errorString()));
    return file.readAll();
}

} // namespace cli
