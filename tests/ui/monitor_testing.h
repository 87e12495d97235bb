// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/ui_testing.h"
#include "ui/monitor/curve_board.h"
#include "ui/monitor/monitor_page.h"
#include "ui/monitor/panel_card.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/plots/curve_plot.h"

#include <QAction>
#include <QBuffer>
#include <QImage>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace concertina::testing {

inline constexpr int monitorPatience = 30000; // ms; for a machine that is busy with other builds

/// A Monitor over a temporary store, and short ways to what it shows.
class MonitorFixture {
protected:
    void beginTest() {
        useTheme(false);
        m_desk = std::make_unique<Desk>();
    }
    void endTest() {
        m_page.reset();
        m_desk.reset();
    }

    void open(const RunId& run) {
        m_page = std::make_unique<MonitorPage>(m_desk->context());
        m_page->resize(1294, 696);
        m_page->show();
        m_page->showRun(run);
    }
    template <class T>
    T& part() {
        T* found = m_page->findChild<T*>();
        if (found == nullptr)
            qFatal("the page has no %s", T::staticMetaObject.className());
        return *found;
    }
    std::vector<std::string> panels() {
        std::vector<std::string> ids;
        for (PanelCard* card : part<CurveBoard>().shown())
            ids.push_back(card->panel().id);
        return ids;
    }
    CurvePlot& plot(const std::string& id) {
        for (PanelCard* card : part<CurveBoard>().shown())
            if (card->panel().id == id)
                return card->plot();
        qFatal("no panel %s", id.c_str());
    }
    bool hasPanels() { return !part<CurveBoard>().shown().empty(); }
    std::size_t pointsOf(const std::string& panel, std::size_t curve = 0) {
        return hasPanels() ? plot(panel).curves().at(curve).series->size() : 0;
    }
    QStringList buttons() const {
        QStringList texts;
        for (const QAction* action : m_page->barActions())
            texts << action->text();
        return texts;
    }
    QAction& button(const char* text) {
        for (QAction* action : m_page->barActions())
            if (action->text() == QString::fromUtf8(text))
                return *action;
        qFatal("no button %s", text);
    }
    QString notice() { return part<NoticeBar>().text(); }

    /// mIoU of training at each step, with the same value.
    static MetricRows rowsAt(std::int64_t from, std::int64_t to, double value) {
        MetricRows rows;
        for (std::int64_t step = from; step <= to; ++step)
            rows.push_back({"segmentation", "miou", "train", step, static_cast<double>(step) / 80,
                            static_cast<double>(step) * 0.1, value});
        return rows;
    }
    std::unique_ptr<StoreWriter> writer(const RunId& run) const {
        return valueOf(StoreWriter::open(m_desk->folder(), run));
    }
    static std::vector<std::uint8_t> pngOf(QColor color) {
        QImage image(16, 12, QImage::Format_RGB32);
        image.fill(color);
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        image.save(&buffer, "PNG");
        return {bytes.begin(), bytes.end()};
    }
    /// One frame of a run of this process: the image, and depth and segmentation in one colour.
    void addPreviews(const RunId& run, std::int64_t step, QColor color,
                     const std::vector<std::string>& kinds = {"expanded"}) const {
        const auto out = writer(run);
        done(out->preview(step, {"frame 1", "", "image", pngOf(Qt::gray)}));
        for (const char* task : {"depth", "segmentation"})
            for (const std::string& kind : kinds)
                done(out->preview(step, {"frame 1", task, kind, pngOf(color)}));
        done(out->close());
    }

    std::unique_ptr<Desk> m_desk;
    std::unique_ptr<MonitorPage> m_page;
};

} // namespace concertina::testing
