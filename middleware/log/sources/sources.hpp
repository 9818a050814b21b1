#pragma once
// The recording formats that can be replayed. One row per format; a format is one file in this folder.

#include <span>

#include "ocelli/middleware/config/source_row.hpp"

namespace ocelli::log {

[[nodiscard]] std::span<const SourceRow> sources();

}  // namespace ocelli::log
