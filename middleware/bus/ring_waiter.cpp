#include "ocelli/middleware/bus/ring_waiter.hpp"

#include <algorithm>
#include <array>

#include "ocelli/middleware/bus/scheduling.hpp"

namespace ocelli {
namespace {

constexpr Duration kSlice = 20ms;        // of a sleep that hears only the one ring
constexpr Duration kRelaySlice = 100ms;  // in which a relay sees that it is to stop
constexpr Duration kHoldSlice = 5ms;     // in which an input sees that it has waited long enough
constexpr int kMostAtOnce = 256;         // messages of one ring before the others have their turn

}  // namespace

RingWaiter::~RingWaiter() = default;

void RingWaiter::attach(std::shared_ptr<RingInput> input) {
  {
    const std::lock_guard lock(mutex_);
    inputs_.push_back(std::move(input));
    has_changed_ = true;
  }
  notify();
}

void RingWaiter::detach(const std::shared_ptr<RingInput>& input) {
  remove(input);
  const std::lock_guard lock(delivering_);
  std::erase(current_, input);
}

void RingWaiter::remove(const std::shared_ptr<RingInput>& input) {
  const std::lock_guard lock(mutex_);
  std::erase(inputs_, input);
  has_changed_ = true;
}

void RingWaiter::notify() {
  // Either this sees the sleeper, or the sleeper's futex call sees the new word.
  word_.fetch_add(1, std::memory_order_seq_cst);
  if (is_asleep_.load(std::memory_order_seq_cst)) futex::wake_all(word_, futex::Scope::kProcess);
}

[[gnu::hot]] bool RingWaiter::wait_for(Duration timeout) {
  if (!std::exchange(has_short_turns_, true)) take_turns(kShortTurn);
  if (poll()) return true;
  const std::uint32_t word = word_.load(std::memory_order_acquire);
  if (std::exchange(seen_, word) != word) return poll();  // notified since the last call
  const futex::TimeLimit limit(timeout);
  Duration left = timeout;
  do {
    if (sleep_and_poll(word, is_holding_ ? std::min(left, kHoldSlice) : left)) return true;
    left = limit.left();
  } while (left > Duration::zero() && word_.load(std::memory_order_acquire) == word);
  return false;
}

[[gnu::hot]] bool RingWaiter::sleep_and_poll(std::uint32_t word, Duration timeout) {
  is_asleep_.store(true, std::memory_order_seq_cst);
  sleep(word, timeout);
  is_asleep_.store(false, std::memory_order_relaxed);
  return poll();
}

[[gnu::hot]] bool RingWaiter::poll() {
  const std::lock_guard delivering(delivering_);
  if (has_changed_.load(std::memory_order_relaxed)) {
    const std::lock_guard lock(mutex_);
    has_changed_ = false;
    current_ = inputs_;
  }
  bool has_delivered = false;
  is_holding_ = false;
  for (const auto& input : current_) {
    const bool is_ending = input->is_ending;  // before the last look
    std::optional<RingMessage> message;
    for (int i = 0; i < kMostAtOnce && (message = input->reader.take(input->mode)); ++i) {
      const RingInput::Progress progress = input->deliver(std::move(*message));
      is_holding_ = is_holding_ || progress == RingInput::Progress::kHolds;
      if (progress != RingInput::Progress::kDone) break;
      has_delivered = true;
    }
    if (!message && is_ending) remove(input);
  }
  return has_delivered;
}

[[gnu::hot]] void RingWaiter::sleep(std::uint32_t word, Duration timeout) {
  std::array<futex::Watch, futex::kMostWatches> watches;
  std::size_t count = 0;
  watches[count++] = {&word_, word, futex::Scope::kProcess};
  {
    const std::lock_guard delivering(delivering_);
    if (slept_on_ != current_) slept_on_ = current_;
  }
  const bool is_too_many = slept_on_.size() >= futex::kMostWatches;
  if (is_too_many) style_ = Style::kRelays;
  if (style_ == Style::kRelays) {
    start_relays();
    return futex::wait(watches[0], timeout);
  }
  for (const auto& input : slept_on_)
    watches[count++] = {&input->reader.map().bell(), input->reader.seen(), futex::Scope::kHost};
  if (count == 1) return futex::wait(watches[0], timeout);
  if (count == 2 && style_ == Style::kOne) return futex::wait(watches[1], std::min(timeout, kSlice));
  if (!futex::wait_any({watches.data(), count}, timeout)) style_ = Style::kRelays;
}

void RingWaiter::start_relays() {
  std::erase_if(relays_, [&](const Relay& relay) {
    return std::find(slept_on_.begin(), slept_on_.end(), relay.input) == slept_on_.end();
  });
  for (const auto& input : slept_on_) {
    const bool has_one =
        std::any_of(relays_.begin(), relays_.end(), [&](const Relay& relay) { return relay.input == input; });
    if (has_one) continue;
    relays_.push_back({input, std::jthread([this, input](const std::stop_token& stop) {
                         std::uint32_t seen = input->reader.seen();
                         while (!stop.stop_requested()) {
                           const futex::Word& bell = input->reader.map().bell();
                           futex::wait({&bell, seen, futex::Scope::kHost}, kRelaySlice);
                           const std::uint32_t now = bell.load(std::memory_order_acquire);
                           if (std::exchange(seen, now) != now) notify();
                         }
                       })});
  }
}

}  // namespace ocelli
