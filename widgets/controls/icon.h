// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

class QColor;
class QPainter;
class QRectF;

namespace concertina {

/// A picture of resources/icons by its file's name ("monitor"), drawn in lines of one colour at
/// any scale. Without such a file nothing is drawn, and the icon is null.
void drawIcon(QPainter& painter, const QRectF& area, const QString& name, const QColor& color);

/// In the colour of text of the application's palette, faint where disabled; follows a change of
/// the theme. `onAccent` is for what stands on the accent colour. QIcon::name() is `name`.
QIcon themedIcon(const QString& name, bool onAccent = false);

} // namespace concertina
