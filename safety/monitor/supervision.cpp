#include "ocelli/safety/monitor/supervision.hpp"

#include <algorithm>
#include <bit>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::safety {
namespace {

constexpr std::string_view kStatusNames[] = {"OK", "FAILED", "EXPIRED", "STOPPED"};

}  // namespace

std::string_view to_string(LocalStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }
std::string_view to_string(GlobalStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::optional<LocalStatus> parse_local_status(std::string_view name) {
  for (const LocalStatus status : {LocalStatus::kOk, LocalStatus::kFailed, LocalStatus::kExpired})
    if (to_string(status) == name) return status;
  return std::nullopt;
}

LocalStatus AliveSupervision::end_cycle(std::uint32_t count) {
  const bool is_good = count >= min_ && count <= max_;
  switch (status_) {
    case LocalStatus::kOk:
      if (is_good) break;
      if (failed_cycles_ < tolerance_) {
        status_ = LocalStatus::kFailed;
        ++failed_cycles_;
      } else {
        status_ = LocalStatus::kExpired;
      }
      break;
    case LocalStatus::kFailed:
      if (is_good) {
        if (--failed_cycles_ == 0) status_ = LocalStatus::kOk;
      } else if (++failed_cycles_ > tolerance_) {
        status_ = LocalStatus::kExpired;
      }
      break;
    case LocalStatus::kExpired: break;
  }
  return status_;
}

void DeadlineSupervision::start(Time at) {
  if (!started_at_) started_at_ = at;
}

LocalStatus DeadlineSupervision::end(Time at) {
  if (!started_at_) return status_;
  const Duration took = at - *started_at_;
  started_at_.reset();
  if (took < min_ || took > max_) status_ = LocalStatus::kExpired;
  return status_;
}

LocalStatus DeadlineSupervision::tick(Time now) {
  if (started_at_ && now - *started_at_ > max_) status_ = LocalStatus::kExpired;
  return status_;
}

LocalStatus LogicalSupervision::reach(std::uint32_t checkpoint) {
  const bool is_known = checkpoint < graph_.size();
  const bool is_legal =
      is_known && (previous_ ? graph_.is_edge(*previous_, checkpoint) : graph_.is_initial(checkpoint));
  if (!is_legal) status_ = LocalStatus::kExpired;
  previous_.reset();
  if (is_legal && !graph_.is_final(checkpoint)) previous_ = checkpoint;
  return status_;
}

GlobalStatus GlobalSupervision::end_cycle(std::span<const LocalStatus> locals) {
  const auto expired = std::ranges::find(locals, LocalStatus::kExpired);
  const bool is_expired = expired != locals.end();
  if (is_expired && first_expired_ == kNobody) {
    first_expired_ = static_cast<std::uint32_t>(expired - locals.begin());
    first_expired_inverse_ = ~first_expired_;
  }
  if (status_ == GlobalStatus::kStopped) return status_;
  if (status_ == GlobalStatus::kExpired) {
    if (is_expired && ++expired_cycles_ > tolerance_) status_ = GlobalStatus::kStopped;
  } else if (is_expired) {
    status_ = tolerance_ == 0 ? GlobalStatus::kStopped : GlobalStatus::kExpired;
  } else {
    const bool is_failed = std::ranges::find(locals, LocalStatus::kFailed) != locals.end();
    status_ = is_failed ? GlobalStatus::kFailed : GlobalStatus::kOk;
  }
  return status_;
}

std::optional<std::uint32_t> GlobalSupervision::first_expired() const {
  if (!is_intact() || first_expired_ == kNobody) return std::nullopt;
  return first_expired_;
}

FirmWindow::FirmWindow(std::uint32_t m, std::uint32_t k)
    : m_(m), mask_(~std::uint64_t{0} >> (kMaxWindow - std::clamp(k, 1U, kMaxWindow))), history_(mask_) {
  OCELLI_EXPECT(m >= 1 && m <= k && k <= kMaxWindow);
}

bool FirmWindow::add(bool is_hit) {
  history_ = (history_ << 1U | static_cast<std::uint64_t>(is_hit)) & mask_;
  return holds();
}

std::uint32_t FirmWindow::hits() const { return static_cast<std::uint32_t>(std::popcount(history_)); }

}  // namespace ocelli::safety
