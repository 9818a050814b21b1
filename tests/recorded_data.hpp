#pragma once
// Where recordings and weights for tests are (docs/quick_start.md).

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace ocelli {

/// `part` of $OCELLI_DATA or, without that, of the folder shared/data beside the source tree; it need not be there.
inline std::filesystem::path recorded_data(std::string_view part) {
  const char* set = std::getenv("OCELLI_DATA");
  const std::filesystem::path folder =
      set != nullptr ? std::filesystem::path(set) : std::filesystem::path(OCELLI_SOURCE_DIR) / "../shared/data";
  return folder / part;
}

}  // namespace ocelli
