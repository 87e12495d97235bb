// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/app/cli_testing.h"
#include "tests/core/picture_bytes.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>

#include <utility>

namespace cli {

inline constexpr int side = 32; ///< of its pictures

/// A folder with 4 samples to learn from and 2 to check with: pictures and labels of 3 classes.
class Folder {
public:
    explicit Folder(const Workplace& place, QString name = "ds")
        : m_place(place), m_name(std::move(name)) {
        for (const auto& [split, count] : {std::pair{"train", 4}, {"val", 2}})
            for (int i = 0; i < count; ++i) {
                const QString id = QString::number(i);
                write(QString("%1/image/%2.png").arg(split, id), picture(i));
                write(QString("%1/label/%2.png").arg(split, id), label(i));
            }
        write("dataset.json", R"({
            "format": "concertina-dataset", "version": 1, "name": "My rooms",
            "splits": {"train": "train", "val": "val"}, "image": {"path": "image/{id}.png"},
            "targets": {"segmentation": {"path": "label/{id}.png", "encoding": "index8",
                "classes": [{"name": "a", "color": [1, 2, 3]}, {"name": "b", "color": [4, 5, 6]},
                            {"name": "c", "color": [7, 8, 9]}]}}})");
    }

    QString path(const QString& name = {}) const { return m_place.path(m_name + "/" + name); }

    void write(const QString& name, const QByteArray& bytes) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        m_place.write(m_name + "/" + name, bytes);
    }

    /// All of one size.
    static QByteArray picture(int seed) {
        concertina::testing::PngFile file{.height = side, .width = side, .color = 2};
        for (int i = 0; i < side * side * 3; ++i)
            file.samples.push_back((i * 13 + seed * 41 + i / 7) % 256);
        return QByteArray::fromStdString(file.bytes());
    }

    static QByteArray label(int seed) {
        concertina::testing::PngFile file{.height = side, .width = side};
        for (int i = 0; i < side * side; ++i)
            file.samples.push_back((i / side + seed) / 9 % 3);
        return QByteArray::fromStdString(file.bytes());
    }

    QJsonObject spec(int steps) const {
        QJsonObject spec = with(tinySpec(), "train.steps", steps);
        spec = with(spec, "data.dataset",
                    QJsonObject{{"id", "folder"}, {"options", QJsonObject{{"path", path()}}}});
        return with(spec, "tasks", QJsonArray{QJsonObject{{"id", "segmentation"}}});
    }

private:
    const Workplace& m_place;
    QString m_name;
};

} // namespace cli
