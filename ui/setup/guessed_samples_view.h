// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/dataset_guess.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <vector>

namespace concertina {

/// Samples as a guess reads them: a row for pictures and one a target, a column a sample.
class GuessedSamplesView : public QWidget {
    Q_OBJECT

public:
    explicit GuessedSamplesView(QWidget* parent = nullptr);

    /// `targets`: what the rows below the pictures are called.
    void setSamples(const std::vector<GuessedSample>& samples, const QStringList& targets);
    void setMessage(const QString& message); ///< in place of samples

    std::size_t sampleCount() const { return m_columns.size(); }
    const QString& message() const { return m_message; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::vector<QImage>> m_columns;
    QStringList m_titles;
    QString m_message;
};

} // namespace concertina
