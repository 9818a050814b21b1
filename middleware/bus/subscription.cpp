#include "ocelli/middleware/bus/subscription.hpp"

#include <algorithm>

namespace ocelli {

[[gnu::hot]] std::uint64_t& LossCounter::last_of(const SampleHeader& header, std::uint64_t skipped) {
  const auto found = std::ranges::find(writers_, header.writer, &Writer::id);
  if (found != writers_.end()) {
    std::rotate(found, found + 1, writers_.end());  // the one heard last is the last
    return writers_.back().last;
  }
  if (writers_.size() == kMostWriters) writers_.erase(writers_.begin());
  const std::uint64_t before = std::min(header.sequence, skipped + 1);
  writers_.push_back({header.writer, header.sequence - before});
  return writers_.back().last;
}

[[gnu::hot]] std::uint32_t LossCounter::count(const SampleHeader& header, std::uint64_t skipped) {
  std::uint64_t& last = last_of(header, skipped);
  if (header.sequence <= last) return 0;
  const std::uint64_t gap = header.sequence - last - 1;
  last = header.sequence;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(gap, 0xFFFFFFFF));
}

void LossCounter::drop(const SampleHeader& header, std::uint64_t skipped) { last_of(header, skipped); }

[[gnu::hot]] std::optional<Received> Subscription::take() {
  const std::lock_guard lock(mutex_);
  while (count_ > 0 && !slots_[first_].sample->intact()) drop_oldest();
  if (count_ == 0) return std::nullopt;
  Delivery& next = slots_[first_];
  // A corrupt message has no identity to trust, so it does not move the count: its own number will be missing.
  const std::uint32_t lost =
      next.integrity == Integrity::kCorrupt ? 0 : losses_.count(next.sample->header, next.skipped);
  lost_ += lost;
  Received received{std::move(next.sample), next.received_at, next.integrity, lost};
  pop();
  return received;
}

[[gnu::hot]] void Subscription::deliver(const Delivery& delivery, const Notifiable* caller) {
  {
    const std::lock_guard lock(mutex_);
    if (count_ == depth_) drop_oldest();
    slots_[(first_ + count_++) % depth_] = delivery;
  }
  const std::lock_guard lock(ringing_);
  if (signal_ != nullptr && signal_ != caller) signal_->notify();
}

void Subscription::close() {
  const std::lock_guard lock(ringing_);
  signal_ = nullptr;
}

void Subscription::drop_oldest() {
  const Delivery& oldest = slots_[first_];
  if (oldest.integrity != Integrity::kCorrupt) losses_.drop(oldest.sample->header, oldest.skipped);
  pop();
}

[[gnu::hot]] void Subscription::pop() {
  slots_[first_].sample = nullptr;  // its buffer is free from here on
  first_ = (first_ + 1) % depth_;
  --count_;
}

std::uint64_t Subscription::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace ocelli
