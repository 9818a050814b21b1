#pragma once
// Where data enters: a device (simulated or real) or a recording. A source hands out encapsulated CDR messages in the
// order of time; the source shell (middleware/node) stamps, validates and publishes them. Must not know: the bus.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"
#include "ocelli/middleware/topics/header.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli {

/// An instance of a topic kind: "lidar/front" of kind "lidar/points".
struct SourceTopic {
  std::string name;
  const topics::TopicKind* kind = nullptr;
};

struct SourceMessage {
  std::size_t topic = 0;                 // index into Source::topics()
  Time sensed_at;                        // acquisition
  ConstBufferPtr cdr;                    // encapsulated CDR; null when this message could not be read
  std::optional<Error> problem;          // why it could not: the source goes on, safety hears of it
  std::optional<SampleHeader> recorded;  // the header a recording kept
};

struct SourceRange {
  Time begin;  // of the first message
  Time end;    // of the last
};

class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual const std::vector<SourceTopic>& topics() const = 0;

  /// The next message; nothing at the end. In the order of sensed_at (but where it is ahead of the recorded time:
  /// stamp.hpp), or of publication where `recorded` tells it. An error ends the source. A device blocks until there is
  /// a message.
  [[nodiscard]] virtual Result<std::optional<SourceMessage>> next() = 0;

  /// What lies ahead, when it is known (recordings).
  [[nodiscard]] virtual std::optional<SourceRange> range() const { return std::nullopt; }
};

/// Encodes a generated message into a buffer of the pool.
template <class Message>
[[nodiscard]] ConstBufferPtr encode_to_buffer(const Message& message, const topics::Codec& codec) {
  thread_local std::vector<std::byte> scratch;
  codec.encode(&message, scratch);
  BufferPtr buffer = default_pool().take(scratch.size());
  buffer->resize(0, scratch.size());
  std::copy(scratch.begin(), scratch.end(), buffer->bytes().begin());
  return buffer;
}

}  // namespace ocelli
