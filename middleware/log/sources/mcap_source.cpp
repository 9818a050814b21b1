#include "ocelli/middleware/log/sources/mcap_source.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <queue>

#include "ocelli/middleware/core/stamp.hpp"
#include "ocelli/middleware/log/recording.hpp"

namespace ocelli::log {
namespace {

struct Held {
  SourceMessage message;
  Time due;  // its place in the order of time
  std::uint64_t arrival = 0;
  friend bool operator<(const Held& a, const Held& b) {  // std::priority_queue puts the largest first
    return a.due != b.due ? a.due > b.due : a.arrival > b.arrival;
  }
};

/// When it was acquired; a stamp that cannot be does not say so, the time of recording does. Not by the header of the
/// message, which may be damaged.
Time due_of(Time sensed_at, Time logged_at) { return is_ahead(sensed_at, logged_at) ? logged_at : sensed_at; }

class McapSource final : public Source {
 public:
  McapSource(const Recording& recording, RecordingCursor cursor, std::vector<std::size_t> chosen, Duration window)
      : cursor_(std::move(cursor)), window_(window), range_(recording.range()) {
    for (const std::size_t index : chosen) {
      position_[index] = topics_.size();
      topics_.push_back({recording.topics()[index].name, recording.topics()[index].kind});
    }
  }

  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  [[nodiscard]] std::optional<SourceRange> range() const override { return range_; }

  [[nodiscard]] Result<std::optional<SourceMessage>> next() override {
    while (!is_at_end_ && (held_.empty() || !is_later_by(newest_, held_.top().due, window_))) read_one();
    if (held_.empty()) return std::nullopt;
    SourceMessage message = held_.top().message;
    const bool is_stamp_right = held_.top().due == message.sensed_at;
    last_ = std::max(held_.top().due, last_);
    held_.pop();
    // A message that was published later than the window allows must not turn time back; its header keeps the truth. A
    // stamp from the future stays as it is: who receives it refuses it.
    if (is_stamp_right) message.sensed_at = last_;
    return std::optional(std::move(message));
  }

 private:
  void read_one() {
    auto message = cursor_.next();
    if (!message) {
      for (const std::size_t topic : cursor_.damaged_topics())
        if (const auto place = position_.find(topic); place != position_.end())
          hold({place->second, std::max(cursor_.damage().begin, last_), nullptr, message.error(), std::nullopt},
               Time::max());
    } else if (!*message) {
      is_at_end_ = true;
    } else {
      take(**message);
    }
  }

  void take(const RecordedMessage& message) {
    BufferPtr buffer = default_pool().take(message.body.size());
    SourceMessage out{position_.at(message.topic), message.publish_time, nullptr, std::nullopt, message.header};
    if (message.is_damaged) {
      out.problem = Error{ErrorCode::kCorrupt, "recorded message: its trailer is damaged, or came damaged"};
    } else if (buffer == nullptr) {
      out.problem = Error{ErrorCode::kExhausted, fmt::format("no buffer of {} bytes is free", message.body.size())};
    } else {
      buffer->resize(0, message.body.size());
      std::ranges::copy(message.body, buffer->bytes().begin());
      out.cdr = std::move(buffer);
    }
    if (!out.recorded && is_ahead(message.publish_time, message.log_time)) {
      out.recorded.emplace();  // a foreign recorder keeps no header: its log time is when the message was published
      out.recorded->sensed_at_ns = to_ns(message.publish_time);
      out.recorded->published_at_ns = to_ns(message.log_time);
    }
    newest_ = std::max(newest_, message.log_time);
    hold(std::move(out), message.log_time);
  }

  void hold(SourceMessage message, Time logged_at) {
    const Time due = due_of(message.sensed_at, logged_at);
    held_.push({std::move(message), due, arrivals_++});
  }

  RecordingCursor cursor_;
  Duration window_;
  std::optional<SourceRange> range_;
  std::vector<SourceTopic> topics_;
  std::map<std::size_t, std::size_t> position_;  // of a topic of the recording in topics_
  std::priority_queue<Held> held_;
  std::uint64_t arrivals_ = 0;
  Time newest_ = Time::min();  // log time that was reached
  Time last_ = Time::min();    // handed out
  bool is_at_end_ = false;
};

/// Indexes of the topics to hand out; notes those that are left out for want of a kind.
Result<std::vector<std::size_t>> choose(const Recording& recording, const McapSourceConfig& config,
                                        std::vector<std::string>& notes) {
  std::vector<std::size_t> chosen;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < recording.topics().size(); ++i) {
    const RecordedTopic& topic = recording.topics()[i];
    names.push_back(topic.name);
    if (!config.topics.empty() && std::ranges::find(config.topics, topic.name) == config.topics.end()) continue;
    if (topic.kind != nullptr) {
      chosen.push_back(i);
    } else {
      notes.push_back(fmt::format("{}: topic '{}' of type '{}' is left out: its kind is not known", config.path,
                                  topic.name, topic.schema_name));
    }
  }
  for (const std::string& name : config.topics)
    if (std::ranges::find(names, name) == names.end())
      return error(ErrorCode::kNotFound, "{}: no topic '{}': it has {}", config.path, name, fmt::join(names, ", "));
  return chosen;
}

}  // namespace

Result<OpenedSource> open_mcap(const McapSourceConfig& config) {
  if (config.reorder_window < Duration::zero())
    return error(ErrorCode::kInvalidArgument, "reorder_window: {} ms is negative",
                 to_milliseconds(config.reorder_window));
  OCELLI_ASSIGN(const Recording recording, Recording::open(config.path));
  OpenedSource out;
  for (const std::string& problem : recording.mcap().problems())
    out.notes.push_back(fmt::format("{}: {}", config.path, problem));
  OCELLI_ASSIGN(auto chosen, choose(recording, config, out.notes));
  McapQuery query;
  query.topics.emplace();
  for (const std::size_t index : chosen) query.topics->push_back(recording.topics()[index].name);
  out.source = std::make_unique<McapSource>(recording, recording.messages(std::move(query)), std::move(chosen),
                                            config.reorder_window);
  return out;
}

}  // namespace ocelli::log
