#include "ocelli/middleware/bus/subscription.hpp"

namespace ocelli {

std::uint32_t LossCounter::count(const SampleHeader& header) {
  const auto [entry, is_new] = last_.try_emplace(header.writer, header.sequence);
  if (is_new || header.sequence <= entry->second) return 0;
  const std::uint64_t gap = header.sequence - entry->second - 1;
  entry->second = header.sequence;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(gap, 0xFFFFFFFF));
}

std::optional<Received> Subscription::take() {
  const std::lock_guard lock(mutex_);
  while (!queue_.empty() && !queue_.front().sample->intact()) queue_.pop_front();
  if (queue_.empty()) return std::nullopt;
  Received received = std::move(queue_.front());
  queue_.pop_front();
  // A corrupt message has no identity to trust, so it does not move the count: its own number will be missing.
  if (received.integrity != Integrity::kCorrupt) received.lost = losses_.count(received.sample->header);
  lost_ += received.lost;
  return received;
}

void Subscription::deliver(SamplePtr sample, Time received_at, Integrity integrity) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= depth_) queue_.pop_front();
    queue_.push_back({std::move(sample), received_at, integrity, 0});
  }
  if (signal_ != nullptr) signal_->notify();
}

std::uint64_t Subscription::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace ocelli
