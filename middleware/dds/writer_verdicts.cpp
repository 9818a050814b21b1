#include "ocelli/middleware/dds/writer_verdicts.hpp"

namespace ocelli::dds {
namespace {

void mark(NetworkFrame& frame, RingVerdict verdict) {
  frame.is_from_ring_writer = verdict == RingVerdict::kRead;
  frame.is_foreign = verdict == RingVerdict::kForeign;
}

}  // namespace

void WriterVerdicts::settle(const Guid& writer, RingVerdict verdict) {
  const std::lock_guard lock(mutex_);
  verdicts_[writer] = verdict;
  std::erase_if(gone_, [&](const auto& entry) { return entry.first == writer; });  // it has come again
  std::deque<std::pair<Guid, NetworkFrame>> others;
  for (auto& [from, frame] : waiting_) {
    if (from != writer) {
      others.emplace_back(from, std::move(frame));
      continue;
    }
    mark(frame, verdict);
    deliver_(std::move(frame));
  }
  waiting_ = std::move(others);
}

void WriterVerdicts::forget(const Guid& writer) {
  const std::lock_guard lock(mutex_);
  if (const auto found = verdicts_.find(writer); found != verdicts_.end()) {
    if (gone_.size() == kMostGone) gone_.pop_front();
    gone_.emplace_back(*found);
    verdicts_.erase(found);
  }
  std::erase_if(waiting_, [&](const auto& entry) { return entry.first == writer; });
}

void WriterVerdicts::pass(const Guid& writer, NetworkFrame frame) {
  {
    const std::lock_guard lock(mutex_);
    const std::optional<RingVerdict> verdict = verdict_of(writer);
    if (!verdict) {
      if (waiting_.size() == kMostWaiting) waiting_.pop_front();
      waiting_.emplace_back(writer, std::move(frame));
      return;
    }
    mark(frame, *verdict);
  }
  deliver_(std::move(frame));
}

std::optional<RingVerdict> WriterVerdicts::verdict_of(const Guid& writer) const {
  if (const auto found = verdicts_.find(writer); found != verdicts_.end()) return found->second;
  for (const auto& [guid, verdict] : gone_)
    if (guid == writer) return verdict;
  return std::nullopt;
}

std::size_t WriterVerdicts::size() const {
  const std::lock_guard lock(mutex_);
  return verdicts_.size();
}

}  // namespace ocelli::dds
