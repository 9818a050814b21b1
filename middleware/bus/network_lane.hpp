#pragma once
// Lane 3 as the bus sees it: bytes to and from other processes. middleware/dds implements it with Fast DDS; a process
// that talks to nobody has none. (Lane 2, the shared-memory ring, will be announced through the same discovery.)

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/header.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli {

class NetworkWriter {
 public:
  virtual ~NetworkWriter() = default;
  /// Whether write() would reach anybody outside this process, or must be kept for late joiners.
  [[nodiscard]] virtual bool is_wanted() const = 0;
  /// Sends body and trailer; never blocks longer than the transport's own send.
  virtual Status write(const SampleHeader& header, std::span<const std::byte> body) = 0;
  /// Readers outside this process.
  [[nodiscard]] virtual std::size_t readers() const = 0;
};

/// A frame as it arrived; `sent_at` and `sequence` stand in for the header of foreign writers.
struct NetworkFrame {
  BufferPtr bytes;
  Time sent_at;
  std::uint64_t sequence = 0;
  std::uint32_t writer = 0;
};

class NetworkReader {
 public:
  virtual ~NetworkReader() = default;
  /// Writers outside this process.
  [[nodiscard]] virtual std::size_t writers() const = 0;
};

class NetworkLane {
 public:
  virtual ~NetworkLane() = default;
  virtual Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string& topic,
                                                             const topics::TopicKind& kind) = 0;
  /// `on_frame` runs on a thread of the lane and must only enqueue.
  virtual Result<std::unique_ptr<NetworkReader>> open_reader(const std::string& topic, const topics::TopicKind& kind,
                                                             std::function<void(NetworkFrame)> on_frame) = 0;
};

}  // namespace ocelli
