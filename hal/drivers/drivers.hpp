#pragma once
// TABLE 2: devices. One row per driver; a driver is one file in this folder (the simulated vehicle is a device too).

#include <span>

#include "ocelli/middleware/config/source_row.hpp"

namespace ocelli::hal {

[[nodiscard]] std::span<const SourceRow> drivers();

}  // namespace ocelli::hal
