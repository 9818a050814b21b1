#pragma once
// TABLE 2, part two: accelerators. One row per back end; a back end is one file in this folder, or a shared library
// that exports ocelli_accel_get_api. Must not know: what the networks are for.

#include <span>
#include <string>
#include <string_view>

#include "ocelli/hal/accel/ocelli_accel.h"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli::accel {

struct BackendRow {
  std::string_view name;
  std::string_view meaning;
  const ocelli_accel_api* (*api)();
};

[[nodiscard]] std::span<const BackendRow> backends();

/// kNotFound, with all known names, when it is none of them, not `auto`, and no path (a name with a '/').
[[nodiscard]] Status check_backend_name(const std::string& name);

/// The back end of that name, or the shared library at that path (a name with a '/').
[[nodiscard]] Result<const ocelli_accel_api*> find_backend(const std::string& name);

/// "opencv 4.6.0", or why it cannot be used here.
[[nodiscard]] Result<std::string> version_of(const BackendRow& backend);

}  // namespace ocelli::accel
