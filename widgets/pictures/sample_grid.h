// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QImage>
#include <QListView>
#include <QTimer>

#include <cstddef>
#include <list>
#include <unordered_map>
#include <vector>

namespace concertina {

/// Samples of a split, or those of them that a filter lets through, by their names, with thumbnails
/// that come later. Of very many, those that were not seen for the longest time go again.
class SampleGridModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { SampleRole = Qt::UserRole, ThumbnailRole, ProblemRole };

    using QAbstractListModel::QAbstractListModel;

    /// The names of all samples; all are shown. Forgets thumbnails.
    void setSamples(std::vector<QString> names);
    const std::vector<QString>& names() const { return m_names; }

    /// Which samples are shown, in this order. Where further ones were added at the end alone,
    /// views stay where they are.
    void show(std::vector<int> samples);

    /// Bytes that thumbnails may take.
    void setBudget(std::size_t bytes) { m_budget = bytes; }
    std::size_t bytes() const { return m_bytes; }

    void setThumbnail(int sample, const QImage& thumbnail);

    /// Why a sample is damaged; its thumbnail may be there all the same.
    void setProblem(int sample, const QString& problem);

    int sampleAt(int row) const { return m_shown.at(static_cast<std::size_t>(row)); }
    int rowOf(int sample) const; ///< −1 where it is not shown

    /// The samples in these rows that were not asked for yet; thumbnails of the others are kept as
    /// the newest.
    std::vector<int> missing(int firstRow, int lastRow);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Known {
        QImage thumbnail;
        QString problem;
        std::list<int>::iterator used; ///< in `m_used`
    };

    Known& knownOf(int sample);
    void reportChange(int sample);
    void keepBudget();

    std::vector<QString> m_names;
    std::vector<int> m_shown; ///< the sample in each row
    std::vector<int> m_rowOf; ///< by sample
    std::unordered_map<int, Known> m_known;
    std::list<int> m_used; ///< of `m_known`, the newest first
    std::size_t m_bytes = 0;
    std::size_t m_budget = 64'000'000;
};

/// The samples side by side, in as many rows as it takes. Arrow keys, Home, End, pages and the
/// first letters of a name move through them.
class SampleGrid : public QListView {
    Q_OBJECT

public:
    static constexpr QSize Thumbnail{128, 96}; ///< the largest

    explicit SampleGrid(QWidget* parent = nullptr);

    SampleGridModel* samples() const { return m_model; }

    /// Other samples altogether: their names. All are shown, none is chosen.
    void setSamples(std::vector<QString> names);

    int currentSample() const; ///< −1 where there is none
    void setCurrentSample(int sample);

    /// Shows others; the current one stays where it is still among them.
    void show(std::vector<int> samples);
    using QListView::show;

    /// Those that are to be seen, or come next, and have no thumbnail yet.
    std::vector<int> missingThumbnails();

    /// What stands in place of samples where there is none.
    void setMessage(const QString& message);

    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void sampleChosen(int sample); ///< −1 for none
    void sampleOpened(int sample); ///< by Enter or a double click
    void thumbnailsMissing();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    SampleGridModel* m_model;
    QTimer m_look;
    QString m_message;
    int m_sample = -1;
    bool m_setting = false;
};

} // namespace concertina
