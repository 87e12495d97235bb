// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/icon.h"

#include "widgets/controls/icon_files.h"
#include "widgets/theme/colors.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QSvgRenderer>

namespace concertina {

namespace {

QByteArray svgOf(const QString& name) {
    for (const EmbeddedText& file : iconFiles())
        if (name == QLatin1String(file.name.data(), static_cast<qsizetype>(file.name.size())))
            return {file.text.data(), static_cast<qsizetype>(file.text.size())};
    return {};
}

/// Draws at the size and in the theme of the moment, so nothing is kept that could go stale.
class ThemedIconEngine : public QIconEngine {
public:
    ThemedIconEngine(QString name, bool onAccent) : m_name(std::move(name)), m_onAccent(onAccent) {}

    void paint(QPainter* painter, const QRect& area, QIcon::Mode mode, QIcon::State) override {
        const ColorRole role = mode == QIcon::Disabled ? ColorRole::FaintText
                               : m_onAccent            ? ColorRole::OnAccent
                                                       : ColorRole::Text;
        drawIcon(*painter, area, m_name, color(role, QApplication::palette()));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QString iconName() override { return m_name; }
    QIconEngine* clone() const override { return new ThemedIconEngine(m_name, m_onAccent); }

private:
    QString m_name;
    bool m_onAccent;
};

} // namespace

void drawIcon(QPainter& painter, const QRectF& area, const QString& name, const QColor& color) {
    QByteArray svg = svgOf(name);
    if (svg.isEmpty())
        return;
    svg.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    renderer.render(&painter, area);
}

QIcon themedIcon(const QString& name, bool onAccent) {
    return svgOf(name).isEmpty() ? QIcon() : QIcon(new ThemedIconEngine(name, onAccent));
}

} // namespace concertina
