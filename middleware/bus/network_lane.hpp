#pragma once
// Lane 3 as the bus sees it: bytes to and from other processes. middleware/dds implements it with Fast DDS; a process
// that talks to nobody has none. Its discovery also carries the announcements of lane 2, whose format it does not know.

#include <array>
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
  /// Whether write() would reach anybody who cannot read the announced ring, or must be kept for late joiners.
  [[nodiscard]] virtual bool is_wanted() const = 0;
  /// Readers outside this process that read the announced ring.
  [[nodiscard]] virtual std::size_t ring_readers() const = 0;
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
  bool is_from_ring_writer = false;  // of a writer whose ring is read
  bool is_foreign = true;            // of a writer that announced no ring: not one of ours
};

/// An endpoint of another process.
using PeerId = std::array<std::uint8_t, 16>;

enum class RingVerdict : std::uint8_t {
  kRead,       // its messages come through the ring: frames of it are marked
  kElsewhere,  // a ring of another host
  kForeign,    // no ring: a writer of another make
  kRefused,    // a ring of this host that cannot be read: the writer must be told to use the network
};

/// What a reader is told, on threads of the lane.
struct ReaderEvents {
  std::function<void(NetworkFrame)> on_frame;  // must only enqueue
  /// A matching writer of another process, with what it announced.
  std::function<RingVerdict(const PeerId&, std::span<const std::byte> announcement)> on_writer;
  std::function<void(const PeerId&)> on_writer_gone;
  std::function<void(const std::string&)> on_problem;  // what keeps messages of somebody from coming, for the log
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
  /// What is wrong with what comes from outside, for the log; called on threads of the lane.
  virtual void on_problem(std::function<void(const std::string&)>) {}
  /// `announcement` (may be empty) reaches every matching reader.
  virtual Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string& topic, const topics::TopicKind& kind,
                                                             std::span<const std::byte> announcement) = 0;
  virtual Result<std::unique_ptr<NetworkReader>> open_reader(const std::string& topic, const topics::TopicKind& kind,
                                                             ReaderEvents events) = 0;
};

}  // namespace ocelli
