// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/detail_card.h"

#include <QVBoxLayout>

namespace concertina {

DetailCard::DetailCard(PictureCursor& cursor, QWidget* parent)
    : Card(tr("Frame"), parent), m_image(new PictureView(m_view, cursor)),
      m_truth(new PictureView(m_view, cursor)), m_error(new PictureView(m_view, cursor)) {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(1, 0, 1, 1);
    column->setSpacing(0);
    for (PictureView* view : {m_image, m_truth, m_error}) {
        view->setStill(true);
        column->addWidget(view, 1);
        connect(view, &PictureView::regionHovered, this, &DetailCard::regionHovered);
    }
    setBody(body);
}

void DetailCard::showFrame(ComparisonPictures& pictures, const QString& name,
                           SourceOfRun prediction) {
    setTitle(name.isEmpty() ? tr("Frame") : name);
    m_view.setReference(pictures.size());
    m_image->setContent(pictures.pane({Source::Image, 0}));
    m_truth->setContent(pictures.pane({Source::Truth, prediction.run}));
    m_error->setContent(pictures.error(prediction));
}

void DetailCard::showNothing() {
    setTitle(tr("Frame"));
    for (PictureView* view : {m_image, m_truth, m_error})
        view->setContent({});
}

} // namespace concertina
