#pragma once
// One thread's sleep over many rings and one word of its own process. Messages of the rings are delivered on the thread
// that waits. Every bus has one with a thread; a thread that needs the shortest way has its own:
//
//   auto waiter = std::make_shared<RingWaiter>();
//   OCELLI_ASSIGN(auto subscription, bus.subscribe(kind, topic, waiter));
//   while (…) { waiter->wait_for(100ms); while (auto received = subscription->take()) … }

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/bus/signal.hpp"

namespace ocelli {

/// A ring that a waiter listens to.
struct RingInput {
  explicit RingInput(std::shared_ptr<const RingMap> map) : reader(std::move(map)) {}
  RingReader reader;
  std::atomic<RingReader::Mode> mode = RingReader::Mode::kCopy;
  enum class Progress : std::uint8_t {
    kDone,
    kHolds,  // stepped back: waits for something beside the ring, for a while
    kRests,  // the same, and nobody waits behind it: until something comes
  };
  std::function<Progress(RingMessage)> deliver;
  std::atomic<bool> is_ending = false;  // the writer has gone: what is left is delivered, then it is dropped
};

class RingWaiter final : public Notifiable {
 public:
  enum class Style : std::uint8_t {
    kMany,    // futex_waitv over everything; one relaying thread per ring where the kernel refuses
    kOne,     // while there is exactly one ring: the plain futex, twice as fast; anything else is noticed within 20 ms
    kRelays,  // as if the kernel refused
  };
  explicit RingWaiter(Style style = Style::kMany) : style_(style) {}
  ~RingWaiter() override;
  RingWaiter(const RingWaiter&) = delete;
  RingWaiter& operator=(const RingWaiter&) = delete;

  void attach(std::shared_ptr<RingInput> input);
  /// Returns when no delivery of the input is under way any more. Not from within one.
  void detach(const std::shared_ptr<RingInput>& input);
  void notify() override;

  /// Delivers what has come; when there was nothing, sleeps until a message comes, notify() or `timeout`, and delivers
  /// again. True when anything was delivered. One thread at a time; the first to call takes short turns from then on
  /// (scheduling.hpp), so that what keeps a core busy does not keep it from waking up.
  bool wait_for(Duration timeout);

 private:
  bool poll();
  bool sleep_and_poll(std::uint32_t word, Duration timeout);
  void sleep(std::uint32_t word, Duration timeout);
  void remove(const std::shared_ptr<RingInput>& input);
  void start_relays();

  Style style_;
  futex::Word word_ = 0;
  std::uint32_t seen_ = 0;                // of word_; only the waiting thread uses it
  bool has_short_turns_ = false;          // the waiting thread
  bool is_holding_ = false;               // an input waits for a message beside its ring
  std::atomic<bool> is_asleep_ = false;   // or about to be: then notify() wakes
  std::atomic<bool> has_changed_ = true;  // inputs_ differs from current_
  std::mutex mutex_;                      // guards inputs_; never held while delivering
  std::vector<std::shared_ptr<RingInput>> inputs_;
  std::mutex delivering_;                             // guards current_
  std::vector<std::shared_ptr<RingInput>> current_;   // inputs_ as the last poll saw them
  std::vector<std::shared_ptr<RingInput>> slept_on_;  // keeps the bells mapped, though inputs may be detached
  struct Relay {
    std::shared_ptr<RingInput> input;
    std::jthread thread;
  };
  std::vector<Relay> relays_;
};

}  // namespace ocelli
