#pragma once
// One row of a table of sources: devices (hal/drivers, table 2) and recordings (middleware/log/sources).

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/middleware/config/yaml.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli {

class Source;

/// What a source is told besides its own configuration.
struct SourceContext {
  std::string file;              // of the configuration, for messages
  std::filesystem::path folder;  // relative paths in the configuration start here
  std::uint64_t seed = 1;
  Time begin{};         // when a device starts; recordings keep their own time
  std::string place{};  // "file:line:column" of the entry, for messages; empty: there is none

  /// A failure of what the entry as a whole asks for, with its place.
  [[nodiscard]] Error at_place(Error failure) const { return place.empty() ? failure : failure.within(place); }
};

struct OpenedSource {
  std::unique_ptr<Source> source;
  std::vector<std::string> notes;  // what a person should know, such as "no calibration"
};

struct SourceRow {
  std::string_view name;
  std::string_view meaning;
  Result<OpenedSource> (*open)(const YAML::Node& config, const SourceContext& context);
};

/// Reads the fields of a source's configuration; a missing one means all defaults.
template <HasFields Config>
[[nodiscard]] Result<Config> read_source_config(const YAML::Node& node, const SourceContext& context) {
  Config config;
  if (!node.IsDefined() || node.IsNull()) return config;
  ConfigReader reader(context.file);
  reader.read(node, config);
  OCELLI_TRY(reader.status());
  return config;
}

}  // namespace ocelli
