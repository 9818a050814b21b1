#include "ocelli/launch/live_topic.hpp"

#include <algorithm>

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::launch {
namespace {

struct ForeignType {
  std::string name;
  std::string idl;
  topics::Codec codec;
};

ForeignType& foreign_type() {
  static ForeignType type;
  return type;
}

/// "pkg::msg::dds_::Type_" → "pkg::msg::Type"; empty when the name is not made that way.
std::string idl_name_of(const std::string& dds_name) {
  constexpr std::string_view kMark = "dds_::";
  const std::size_t at = dds_name.rfind(kMark);
  if (at == std::string::npos || !dds_name.ends_with('_')) return {};
  return dds_name.substr(0, at) + dds_name.substr(at + kMark.size(), dds_name.size() - at - kMark.size() - 1);
}

/// A kind of which no more is known than this.
const topics::TopicKind* make_foreign_kind(const std::string& name, const std::string& idl) {
  ForeignType& type = foreign_type();
  type.name = name;
  type.idl = idl;
  const auto no_message = []() -> std::shared_ptr<void> { return nullptr; };
  const auto no_encoding = [](const void*, std::vector<std::byte>&) {};
  const auto no_decoding = [](std::span<const std::byte>, void*) -> Status {
    return error(ErrorCode::kUnsupported, "a type that is known from its IDL only");
  };
  type.codec = {type.name, type.idl, no_message, no_encoding, no_decoding};
  static topics::TopicKind kind{};
  kind = topics::kind_of<topics::ImuData>();  // best effort, as every writer offers it; no protection is expected
  kind.name = type.name;
  kind.codec = []() -> const topics::Codec& { return foreign_type().codec; };
  kind.e2e = topics::E2e::kNone;
  return &kind;
}

Status check_key(const DiscoveredTopic& topic) {
  if (!topic.is_keyed) return ok();
  return error(ErrorCode::kUnsupported,
               "topic '{}' has type {}, which has a key: only readers that know the key get its messages", topic.name,
               topic.type);
}

}  // namespace

bool has_ros_names(const DiscoveredTopic& topic) {
  return topic.wire_name.starts_with("rt/") && !idl_name_of(topic.type).empty();
}

Result<DiscoveredTopic> find_written_topic(const std::string& topic, DdsConfig& dds) {
  constexpr int kTries = 3;  // on a busy machine announcements come late
  for (int i = 0; i < kTries; ++i) {
    OCELLI_ASSIGN(const auto all, discover_topics(dds, kDiscoveryTime));
    const auto found = std::find_if(all.begin(), all.end(), [&](const DiscoveredTopic& candidate) {
      return (candidate.name == topic || candidate.wire_name == topic) && candidate.writers > 0;
    });
    if (found == all.end()) continue;
    dds.partition = found->partition;
    return *found;
  }
  return error(ErrorCode::kNotFound, "topic '{}': nobody writes it in domain {} (ocelli topic list)", topic,
               dds.domain);
}

Result<const topics::TopicKind*> kind_of_topic(const DiscoveredTopic& topic) {
  if (!topic.wire_name.starts_with("rt/"))
    return error(ErrorCode::kUnsupported, "topic '{}' has no ROS 2 name (rt/...): no topic kind fits", topic.name);
  const auto has_type = [&](const topics::TopicKind& kind) {
    return topics::dds_type_name(kind.codec().type_name) == topic.type;
  };
  const topics::TopicKind* const by_name = topics::find_kind(topic.name);
  if (by_name != nullptr && has_type(*by_name)) return by_name;
  const auto found = std::find_if(topics::kTable.begin(), topics::kTable.end(), has_type);
  if (found != topics::kTable.end()) return &*found;
  return error(ErrorCode::kUnsupported, "topic '{}' has type {}, which no topic kind has (ocelli topics)", topic.name,
               topic.type);
}

Result<const topics::TopicKind*> foreign_kind(const DiscoveredTopic& topic, const std::string& idl) {
  OCELLI_TRY(check_key(topic));
  return make_foreign_kind(has_ros_names(topic) ? idl_name_of(topic.type) : topic.type, idl);
}

Result<const topics::TopicKind*> undecoded_kind(const DiscoveredTopic& topic) {
  OCELLI_TRY(check_key(topic));
  return make_foreign_kind(topic.type, {});
}

}  // namespace ocelli::launch
