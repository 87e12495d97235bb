// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/furnisher.h"
#include "core/data/rooms/scene.h"

#include <cstdint>
#include <optional>

namespace concertina::rooms {

enum class Hour { Any, Day, Evening };

/// What a scene may be; the rest is up to its key.
struct SceneRequest {
    std::optional<RoomKind> kind;
    Hour hour = Hour::Any;
};

/// The scene of a key: a room, its furniture, its lights and a camera that sees something.
Scene generateScene(std::uint64_t key, const SceneRequest& request);

} // namespace concertina::rooms
