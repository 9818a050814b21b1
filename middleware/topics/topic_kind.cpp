#include "ocelli/middleware/topics/topic_kind.hpp"

#include <string>

namespace ocelli::topics {

std::string dds_type_name(std::string_view idl_name) {
  const std::size_t split = idl_name.rfind("::");
  if (split == std::string_view::npos) return fmt::format("dds_::{}_", idl_name);
  return fmt::format("{}::dds_::{}_", idl_name.substr(0, split), idl_name.substr(split + 2));
}

std::string dds_topic_name(std::string_view instance) { return fmt::format("rt/{}", instance); }

}  // namespace ocelli::topics
