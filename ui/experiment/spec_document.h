// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/setup_value.h"

#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <optional>

class QSettings;

namespace concertina {

/// The setup that the page is about, with its history: every change is a named step that can be
/// taken back, loading another spec too. What was not saved is kept in the settings and is there
/// again at the next start.
class SpecDocument : public QObject {
    Q_OBJECT

public:
    /// Begins with the kept draft, else with the first preset.
    SpecDocument(const Catalogue& catalogue, QSettings& settings, QObject* parent = nullptr);
    ~SpecDocument() override;

    const SetupValue& value() const { return m_value; }
    const ExperimentSpec& spec() const { return m_value.spec; }

    /// Where it is from: "preset rooms-demo", "copy of …", a file's name.
    const QString& origin() const { return m_origin; }
    bool isChanged() const { return !m_history.isClean(); }
    QUndoStack& history() { return m_history; }

    /// What was typed into a field; changes of one field until `endStep` are one step. While the
    /// text is refused the spec holds what stood there before the step, whatever the beginning of
    /// the text meant: "0" of "0,0015" is no value that was wanted.
    void setText(const std::string& path, const std::string& text);
    void setJson(const std::string& path, const Json& value);
    void endStep() { ++m_series; }

    void apply(const QString& step, SetupValue value, const std::string& series = {});

    /// One that names no folder for a dataset that needs one keeps the folder that is there.
    void load(const ExperimentSpec& spec, const QString& origin);

    /// Reads a spec file; where it can't be used, why, and nothing has changed.
    Problems open(const QString& file);

    /// Writes the spec; what is refused must be mended before.
    std::optional<Problem> save(const QString& file);

Q_SIGNALS:
    void changed();

private:
    class Step;

    /// Typing that goes on.
    struct Edit {
        std::string series;
        Json before;     ///< what the field held
        SetupValue left; ///< what the last text made; anything else means that it ended
    };

    void restore();
    void keepDraft();
    void set(const SetupValue& value, const QString& origin);

    const Catalogue& m_catalogue;
    QSettings& m_settings;
    SetupValue m_value;
    QString m_origin;
    QUndoStack m_history;
    QTimer m_keep;
    int m_series = 0;
    Edit m_edit;
};

} // namespace concertina
