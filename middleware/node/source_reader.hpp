#pragma once
// Reads a source ahead on a thread of its own, so that decoding a picture or tracing a scan does not hold up whoever
// publishes. The order and content of the messages do not depend on how far ahead it is.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::node {

/// A recorded drive as if it were driven now: its stamps, also those inside its messages, are `later`; what would have
/// been before `from` was missed (but for topics of state, which are latched).
struct Replay {
  Duration later{};
  Time from = Time::min();
};

class SourceReader {
 public:
  /// Reads at most `ahead` messages before they are taken.
  SourceReader(std::unique_ptr<Source> source, std::size_t ahead, const Replay& replay = {});
  ~SourceReader();
  SourceReader(const SourceReader&) = delete;
  SourceReader& operator=(const SourceReader&) = delete;

  /// Blocks until the next message is there; nothing at the end.
  [[nodiscard]] Result<std::optional<SourceMessage>> next();

  [[nodiscard]] const std::vector<SourceTopic>& topics() const { return source_->topics(); }
  [[nodiscard]] std::optional<SourceRange> range() const { return source_->range(); }

 private:
  void run();

  const std::unique_ptr<Source> source_;
  const std::size_t ahead_;
  const Replay replay_;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<SourceMessage> messages_;
  bool is_finished_ = false;
  bool is_stopping_ = false;
  std::optional<Error> failure_;
  std::thread thread_;
};

}  // namespace ocelli::node
