#include "ocelli/middleware/node/source_reader.hpp"

#include "ocelli/middleware/bus/message_protection.hpp"
#include "ocelli/middleware/bus/scheduling.hpp"
#include "ocelli/middleware/topics/restamp.hpp"

namespace ocelli::node {
namespace {

/// What a recording gives back must be what its bus carried. Without protection (nobody encoded the message outside
/// its process, or a foreign recorder) there is nothing to check.
void check_recorded(SourceMessage& message, const SourceTopic& topic) {
  if (!message.recorded || message.recorded->e2e_profile == 0 || message.cdr == nullptr) return;
  if (check_protection(*message.recorded, topic_id(topic.name), *topic.kind, message.cdr->bytes()) !=
      Integrity::kCorrupt)
    return;
  message.problem =
      Error{ErrorCode::kCorrupt, fmt::format("recorded message {}: E2E check failed", message.recorded->sequence)};
  message.cdr = nullptr;
}

/// False: it was missed.
bool drive_again(SourceMessage& message, const SourceTopic& topic, const Replay& replay) {
  if (replay.later == Duration{}) return true;
  message.sensed_at += replay.later;
  if (message.recorded) message.recorded->published_at_ns += replay.later.count();
  if (message.sensed_at < replay.from && topic.kind->qos != topics::Qos::kState) return false;
  if (message.cdr != nullptr) message.cdr = topics::restamped(*message.cdr, message.sensed_at);
  return true;
}

}  // namespace

SourceReader::SourceReader(std::unique_ptr<Source> source, std::size_t ahead, const Replay& replay)
    : source_(std::move(source)), ahead_(ahead), replay_(replay), thread_([this] { run(); }) {}

SourceReader::~SourceReader() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  condition_.notify_all();
  thread_.join();
}

void SourceReader::run() {
  step_back();  // whoever consumes is on time; reading ahead may take what nodes leave of the machine
  while (true) {
    {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [this] { return is_stopping_ || messages_.size() < ahead_; });
      if (is_stopping_) return;
    }
    auto message = source_->next();
    if (message && message->has_value()) {
      const SourceTopic& topic = source_->topics()[(*message)->topic];
      check_recorded(**message, topic);
      if (!drive_again(**message, topic, replay_)) continue;
    }
    const std::lock_guard lock(mutex_);
    if (message && message->has_value()) {
      messages_.push_back(std::move(**message));
    } else {
      is_finished_ = true;
      if (!message) failure_ = std::move(message).error();
    }
    condition_.notify_all();
    if (is_finished_) return;
  }
}

Result<std::optional<SourceMessage>> SourceReader::next() {
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [this] { return is_finished_ || !messages_.empty(); });
  if (messages_.empty()) {
    if (failure_.has_value()) return error(*failure_);
    return std::optional<SourceMessage>{};
  }
  SourceMessage message = std::move(messages_.front());
  messages_.pop_front();
  condition_.notify_all();
  return std::optional<SourceMessage>(std::move(message));
}

}  // namespace ocelli::node
