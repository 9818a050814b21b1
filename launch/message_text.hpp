#pragma once
// Messages as text: CDR bytes by schema to JSON or YAML. Not-a-number and infinities become strings ("NaN",
// "Infinity"), enumerators their names, long runs of octets a summary.

#include <nlohmann/json.hpp>

#include <span>
#include <string>

#include "ocelli/middleware/topics/schema.hpp"

namespace ocelli::launch {

inline constexpr std::size_t kShownOctets = 32;

/// Runs of more than `most_octets` octets are cut: "6220800 octets: 0a1b…".
[[nodiscard]] Result<nlohmann::ordered_json> message_json(const topics::SchemaType& type,
                                                          std::span<const std::byte> cdr,
                                                          std::size_t most_octets = kShownOctets);

/// The part that a path such as "tracks[0].position.x" names. The error names what there is instead.
[[nodiscard]] Result<nlohmann::ordered_json> select_field(const nlohmann::ordered_json& message,
                                                          const std::string& path);

/// Block style, lists of plain values in one line; ends with a line break.
[[nodiscard]] std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace ocelli::launch
