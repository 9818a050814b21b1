#pragma once
// An Ocelli recording as a source. Messages come in the order of acquisition, each with the header that was recorded.
// Must not know: the bus, what is replayed with it.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::log {

struct McapSourceConfig {
  std::filesystem::path path;
  /// Topic instances to hand out; empty = all whose kind is known.
  std::vector<std::string> topics;
  /// Recordings are in the order of publishing; a message is held back until everything published this much later was
  /// seen. Longer than the longest time from acquisition to publishing; costs the memory of as much data.
  Duration reorder_window = 500ms;
};

struct OpenedSource {
  std::unique_ptr<Source> source;
  /// What the caller should log: lost parts of a damaged recording, topics that were left out.
  std::vector<std::string> notes;
};

/// Errors: of opening; kNotFound when a topic of the filter is not in the recording (lists those that are).
[[nodiscard]] Result<OpenedSource> open_mcap(const McapSourceConfig& config);

}  // namespace ocelli::log
