// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/card.h"

namespace concertina {

class RunFeed;
class ValidationModel;
struct Catalogue;
struct ExperimentSpec;

/// Where a run stands: what its last validation said, and its last checkpoint.
class NowCard : public Card {
    Q_OBJECT

public:
    explicit NowCard(QWidget* parent = nullptr);

    void show(const ExperimentSpec& spec, const Catalogue& catalogue, const RunFeed& feed);

private:
    ValidationModel* m_model;
};

} // namespace concertina
