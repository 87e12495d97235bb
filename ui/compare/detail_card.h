// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison_pictures.h"
#include "widgets/controls/card.h"

namespace concertina {

/// The frame as a whole beside the large picture: image, truth and how wrong a prediction is.
class DetailCard : public Card {
    Q_OBJECT

public:
    explicit DetailCard(PictureCursor& cursor, QWidget* parent = nullptr);

    /// The error is that of `prediction`.
    void showFrame(ComparisonPictures& pictures, const QString& name, SourceOfRun prediction);
    void showNothing();

    PictureView* errorView() const { return m_error; }

Q_SIGNALS:
    void regionHovered(int region);

private:
    PictureViewState m_view;
    PictureView* m_image;
    PictureView* m_truth;
    PictureView* m_error;
};

} // namespace concertina
