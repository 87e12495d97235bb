// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec_places.h"

#include <QWidget>

namespace concertina {

/// What sets one value: a tick, a choice or a line, by the field's type. Values come and go as text,
/// as `parseValue` reads it, so that what is no value yet can stand in it too.
class FieldEditor : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// The editor for a place; methods are shown by their labels.
    static FieldEditor* make(const SpecPlace& place, const Catalogue& catalogue, QWidget* parent);

    virtual QString text() const = 0;

    /// Shows a text without reporting it as edited.
    virtual void setText(const QString& text) = 0;
    virtual void setWrong(bool wrong) = 0;

Q_SIGNALS:
    void edited(const QString& text); ///< at every change by the person
    void finished();                  ///< the person went on
    void folderWanted();              ///< a dialog shall ask for one
};

} // namespace concertina
