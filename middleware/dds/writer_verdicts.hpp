#pragma once
// What the bus has decided about the writers of a topic. Fast DDS may hand over the first frames of a writer before it
// tells that there is one, on another thread: they wait for the decision. Private to middleware/dds.

#include <fastdds/rtps/common/Guid.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "ocelli/middleware/bus/network_lane.hpp"

namespace ocelli::dds {

class WriterVerdicts {
 public:
  using Guid = eprosima::fastrtps::rtps::GUID_t;
  static constexpr std::size_t kMostWaiting = 64;  // frames; the oldest go, and are gaps in the sequence then
  static constexpr std::size_t kMostGone = 64;     // writers whose last frames may still be on their way

  explicit WriterVerdicts(std::function<void(NetworkFrame)> deliver) : deliver_(std::move(deliver)) {}

  /// Delivers what has waited for it, before anything newer of this writer.
  void settle(const Guid& writer, RingVerdict verdict);
  /// The writer has gone. Frames of it that are taken later are judged as before.
  void forget(const Guid& writer);
  /// Marks the frame by the verdict and delivers it, or keeps it until there is one. Thread-safe.
  void pass(const Guid& writer, NetworkFrame frame);

  [[nodiscard]] std::size_t size() const;

 private:
  [[nodiscard]] std::optional<RingVerdict> verdict_of(const Guid& writer) const;

  mutable std::mutex mutex_;  // guards what follows
  std::map<Guid, RingVerdict> verdicts_;
  std::deque<std::pair<Guid, RingVerdict>> gone_;
  std::deque<std::pair<Guid, NetworkFrame>> waiting_;
  const std::function<void(NetworkFrame)> deliver_;
};

}  // namespace ocelli::dds
