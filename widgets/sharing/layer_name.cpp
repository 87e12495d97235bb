// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/layer_name.h"

#include <QFontMetrics>
#include <QString>

namespace concertina {

QString shortLayerName(const QString& name, const QFontMetrics& metrics, int width) {
    if (metrics.horizontalAdvance(name) <= width)
        return name;
    const qsizetype first = name.indexOf(u'.');
    const qsizetype last = name.lastIndexOf(u'.');
    if (first != last) {
        const QString ends = name.left(first) + u'…' + name.mid(last + 1);
        if (metrics.horizontalAdvance(ends) <= width)
            return ends;
    }
    return metrics.elidedText(name, Qt::ElideMiddle, width);
}

} // namespace concertina
