// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/frame.h"

#include <QWidget>

class QBoxLayout;
class QComboBox;
class QToolButton;

namespace concertina {

class ClassLegend;
class SamplesView;
class TonedLabel;

/// One sample, large: its picture with every target, the classes that are there, and what is wrong
/// with its files.
class SampleDetail : public QWidget {
    Q_OBJECT

public:
    explicit SampleDetail(QWidget* parent = nullptr);

    /// What stands above while a sample is being read, and after.
    void setTitle(const QString& name, const QString& note);

    void setSample(DataSample sample);
    void setMessage(const QString& message);

    /// Whether it has all the room: what its button offers is the other.
    void setLarge(bool large);

    const DataSample& sample() const { return m_sample; }
    SamplesView* view() const { return m_view; }
    ClassLegend* legend() const { return m_legend; }
    QString problemText() const;
    QToolButton* sizeButton() const { return m_size; }

Q_SIGNALS:
    void otherSizeWanted();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showLegend();
    void showStyle();

    DataSample m_sample;
    TonedLabel* m_name;
    TonedLabel* m_note;
    QToolButton* m_size;
    TonedLabel* m_problems;
    QBoxLayout* m_body;
    SamplesView* m_view;
    QWidget* m_side; ///< what explains the classes
    QComboBox* m_target;
    ClassLegend* m_legend;
};

} // namespace concertina
