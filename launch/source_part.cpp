#include <algorithm>

#include "ocelli/launch/source_part.hpp"

namespace ocelli::launch {
namespace {

class SourcePart final : public Source {
 public:
  SourcePart(std::unique_ptr<Source> source, Duration duration) : source_(std::move(source)), duration_(duration) {}

  const std::vector<SourceTopic>& topics() const override { return source_->topics(); }

  Result<std::optional<SourceMessage>> next() override {
    if (is_at_end_) return std::nullopt;
    OCELLI_ASSIGN(auto message, source_->next());
    if (!message) return std::nullopt;
    if (begin_ == kNoTime) begin_ = message->sensed_at;
    is_at_end_ = message->sensed_at - begin_ >= duration_;
    if (is_at_end_) return std::nullopt;
    return std::optional(std::move(*message));
  }

  std::optional<SourceRange> range() const override {
    auto range = source_->range();
    if (range) range->end = std::min(range->end, range->begin + duration_);
    return range;
  }

 private:
  std::unique_ptr<Source> source_;
  Duration duration_;
  Time begin_ = kNoTime;
  bool is_at_end_ = false;
};

class SilentTopics final : public Source {
 public:
  SilentTopics(std::unique_ptr<Source> source, const std::vector<std::string>& names) : source_(std::move(source)) {
    for (const SourceTopic& topic : source_->topics())
      is_silent_.push_back(std::ranges::find(names, topic.name) != names.end());
  }

  const std::vector<SourceTopic>& topics() const override { return source_->topics(); }

  Result<std::optional<SourceMessage>> next() override {
    while (true) {
      OCELLI_ASSIGN(auto message, source_->next());
      if (!message || !is_silent_[message->topic]) return message;
    }
  }

  std::optional<SourceRange> range() const override { return source_->range(); }

 private:
  std::unique_ptr<Source> source_;
  std::vector<bool> is_silent_;  // by topic
};

}  // namespace

std::unique_ptr<Source> without(std::unique_ptr<Source> source, const std::vector<std::string>& topics) {
  return std::make_unique<SilentTopics>(std::move(source), topics);
}

std::unique_ptr<Source> until(std::unique_ptr<Source> source, Duration duration) {
  return std::make_unique<SourcePart>(std::move(source), duration);
}

}  // namespace ocelli::launch
