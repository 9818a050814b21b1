#pragma once
// An Ocelli recording as a source. Messages come in the order of acquisition, each with the header that was recorded.
// Must not know: the bus, what is replayed with it.

#include <string>
#include <tuple>
#include <vector>

#include "ocelli/middleware/config/source_row.hpp"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::log {

struct McapSourceConfig {
  std::string path;
  std::vector<std::string> topics = {};
  /// Recordings are in the order of publishing. Longer than the longest time from acquisition to publishing; costs the
  /// memory of as much data.
  Duration reorder_window = 500ms;

  static constexpr auto fields() {
    using C = McapSourceConfig;
    return std::tuple{
        required(field("path", &C::path, "the recording")),
        field("topics", &C::topics, "topic instances to replay; empty: all whose kind is known"),
        field("reorder_window", &C::reorder_window, "s", 0.0, 60.0,
              "a message waits until everything published this much later was seen, for the order of acquisition"),
    };
  }
};

/// Errors: of opening; kNotFound when a topic of the filter is not in the recording (lists those that are).
[[nodiscard]] Result<OpenedSource> open_mcap(const McapSourceConfig& config);

}  // namespace ocelli::log
