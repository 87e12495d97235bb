// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/window/page_context.h"

#include <QWidget>

#include <string>
#include <vector>

class QTreeWidget;

namespace concertina {

class TonedLabel;

/// What the Monitor shows while no run is chosen: what will be here, the latest runs to open, and
/// the way to a first one.
class RunChooser : public QWidget {
    Q_OBJECT

public:
    explicit RunChooser(const PageContext& context, QWidget* parent = nullptr);

Q_SIGNALS:
    void chosen(const concertina::RunId& run);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Listed {
        RunSummary run;
        std::string cut; ///< as `cutOf`
    };

    void read();
    void list(const std::vector<Listed>& runs);
    void setUp();

    PageContext m_context;
    bool m_reading = false;
    bool m_stale = false;
    TonedLabel* m_text;
    QTreeWidget* m_runs;
};

} // namespace concertina
