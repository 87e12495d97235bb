// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"
#include "ui/compare/comparison.h"
#include "widgets/controls/card.h"

#include <QStringList>

#include <map>
#include <set>
#include <string>
#include <vector>

class QComboBox;

namespace concertina {

class GalleryStrip;
class JobNotice;
class TonedLabel;

/// The frames of a split as thumbnails, by number or the worst first, and pictures that were
/// opened. Asks the dataset which splits there are, and what the frames look like and how wrong
/// the collapsed network is on them only when that is wanted.
class FrameStrip : public Card {
    Q_OBJECT

public:
    explicit FrameStrip(JobService& jobs, QWidget* parent = nullptr);

    /// A frame of the validation split is picked once the dataset is known. For the run that is
    /// shown already nothing is asked anew.
    void showRun(const ComparedRun& run);
    void showNothing();

    /// Which of the spec's tasks errors are of.
    void setTask(int task, const TargetKind* kind);

    /// Shows them as frames of their own and picks the first one.
    void openFiles(const QStringList& files);

    /// A later checkpoint is there: errors that are shown stay, the next request for them measures.
    void setErrorsOld();

    void setName(const FramePick& pick, const QString& name);
    void setWorstFirst(bool worst);
    bool isWorstFirst() const;

    GalleryStrip* gallery() const { return m_gallery; }
    QComboBox* splits() const { return m_splitChoice; }
    QComboBox* order() const { return m_orderChoice; }
    JobNotice* notice() const { return m_notice; }

    /// Steps to the next frame in the order shown, for keys; over those that can't be read.
    void step(int by);

    /// The frame that was picked can't be read. Where the run skips such, and it was not chosen by
    /// hand, the next one is picked.
    void passOver(const FramePick& pick);

    /// How many frames are left out, as it stands under the choices; empty where none is.
    QString leftOut() const;

Q_SIGNALS:
    void picked(const concertina::FramePick& frame);
    void orderChanged(bool worstFirst);
    void nothingToPick(); ///< the dataset cannot be read

private:
    void describe();
    void fillSplits();
    void showSplit(int frame);
    void choose(int frame);
    void rank();
    void showErrors();
    void showLeftOut();
    void loadThumbnails();
    bool showsFiles() const;
    FramePick pickOf(int frame) const;

    JobService& m_jobs;
    JobSlot m_describing;
    JobSlot m_ranking;
    JobSlot m_thumbnail;
    RunId m_run;
    ExperimentSpec m_spec;
    std::vector<DatasetSummary::Split> m_splits;
    std::vector<std::string> m_files;
    std::string m_split; ///< shown now; empty for files
    std::map<std::string, std::vector<FrameErrors>> m_errors; ///< by split
    bool m_errorsOld = false;
    std::set<int> m_unreadable; ///< frames that are known to be
    int m_passOn = 1; ///< the way on from one that is; 0: it was chosen by hand, and stays
    std::size_t m_task = 0;
    const TargetKind* m_kind = &classesTarget();

    GalleryStrip* m_gallery;
    QComboBox* m_splitChoice;
    QComboBox* m_orderChoice;
    TonedLabel* m_leftOut;
    JobNotice* m_notice;
};

} // namespace concertina
