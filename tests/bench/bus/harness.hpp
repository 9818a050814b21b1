#pragma once
// One way to measure every transport: the writer fills the whole payload, then stamps it and publishes; the reader
// touches one byte per page, then takes the time. Writers and readers are processes (or threads, for transports within
// a process), forked from a parent that has no threads.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ocelli/middleware/core/time.hpp"

namespace ocelli::bench {

inline constexpr int kManyTopics = 8;  // of a reader that waits for many

struct Job {
  std::string channel;  // a name of its own for each round
  std::size_t size = 64;
  int readers = 1;
  std::uint64_t warm_up = 20;
  std::uint64_t messages = 100;
  Duration period = 2ms;  // 0: as fast as it goes
};

/// The first bytes of a payload.
struct Stamp {
  std::uint64_t sequence = 0;
  std::int64_t sent_ns = 0;
};

class Sender {
 public:
  virtual ~Sender() = default;
  /// Returns when `count` readers will hear what is published, or after some seconds.
  virtual void wait_for_readers(int count) = 0;
  /// Where the next payload is written. Empty when there is no room: the message is skipped.
  virtual std::span<std::byte> loan() = 0;
  virtual void publish() = 0;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  /// Hands over payloads until `on_message` returns false or nothing has come for three seconds.
  virtual void run(const std::function<bool(std::span<const std::byte>)>& on_message) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Within one process: reader and writer are threads.
  [[nodiscard]] virtual bool is_in_process() const { return false; }
  /// Before processes are forked.
  virtual void prepare(const Job&) {}
  /// After all processes of a round have ended.
  virtual void clean_up(const Job&) {}
  virtual std::unique_ptr<Sender> open_sender(const Job& job) = 0;
  virtual std::unique_ptr<Receiver> open_receiver(const Job& job, int index) = 0;
};

/// Of one round. Times in microseconds; latency over all readers.
struct Round {
  double p50 = 0.0;
  double p99 = 0.0;
  double p999 = 0.0;
  double write_p50 = 0.0;        // filling the payload
  double publish_p50 = 0.0;      // the writer's call
  double sent_per_s = 0.0;       // without the messages that there was no room for
  double received_per_s = 0.0;   // by the first reader
  double cpu_per_message = 0.0;  // all processes, after their start
  std::uint64_t lost = 0;        // all readers
  int failed = 0;                // processes that did not end well
  [[nodiscard]] bool has_come() const { return p50 > 0.0; }
};

[[nodiscard]] Round run_round(Transport& transport, const Job& job);

[[nodiscard]] std::int64_t now_ns();

/// Nothing when the peer is not built in.
[[nodiscard]] std::vector<std::unique_ptr<Transport>> own_transports();
[[nodiscard]] std::vector<std::unique_ptr<Transport>> floor_transports();
[[nodiscard]] std::vector<std::unique_ptr<Transport>> fast_dds_transports();
[[nodiscard]] std::vector<std::unique_ptr<Transport>> iceoryx_transports();
[[nodiscard]] std::vector<std::unique_ptr<Transport>> cyclone_transports();

}  // namespace ocelli::bench
