#pragma once
// From a tag of table 1 to its row: `row<Tag>(…)` fills in name and codec.

#include "ocelli/middleware/topics/cdr.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli::topics {

/// IDL name of a generated type, "ocelli::msg::Tracks".
template <class Message>
[[nodiscard]] constexpr std::string_view idl_name() {
  // GCC: "constexpr std::string_view …idl_name() [with Message = ocelli::msg::Tracks; …]", clang: "… [Message = …]"
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view mark = "Message = ";
  const std::size_t begin = text.find(mark) + mark.size();
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

/// The self-contained IDL of a type ("" when the type is not ours); generated from middleware/idl at build time.
[[nodiscard]] std::string_view schema_of(std::string_view idl_name);

template <class Message>
const Codec& codec_of() {
  static const Codec codec{
      idl_name<Message>(), schema_of(idl_name<Message>()),
      []() -> std::shared_ptr<void> { return std::make_shared<Message>(); },
      [](const void* message, std::vector<std::byte>& cdr) { encode(*static_cast<const Message*>(message), cdr); },
      [](std::span<const std::byte> cdr, void* message) { return decode(cdr, *static_cast<Message*>(message)); }};
  return codec;
}

template <class Tag>
constexpr TopicKind row(std::string_view meaning, bool is_bulk, Qos qos, E2e e2e, Quality quality, double rate_hz,
                        Duration latency_budget, bool is_recorded, std::size_t depth) {
  return {Tag::kName,  meaning, &codec_of<typename Tag::Type>, is_bulk, qos, e2e, quality, rate_hz, latency_budget,
          is_recorded, depth};
}

}  // namespace ocelli::topics
