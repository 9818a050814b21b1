#pragma once
// What came over the network because it was too long for the ring of its writer: kept until the readers of the ring
// come to its place there. And what else is remembered of writers that the network brings. Private to middleware/bus;
// not thread-safe.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/bus/subscription.hpp"

namespace ocelli {

class BesideMessages {
 public:
  /// Of each writer the newest `depth` are kept.
  explicit BesideMessages(std::size_t depth) : depth_(depth) {}

  void put(SamplePtr sample, Integrity integrity);

  enum class State : std::uint8_t { kHere, kNotYet, kLost };  // lost: a later one of its writer is here
  struct Found {
    State state = State::kNotYet;
    SamplePtr sample;
    Integrity integrity = Integrity::kTrusted;
  };
  /// The message that a mark in the ring stands for. Once all `readers` have taken it, it is dropped.
  Found take(const SampleHeader& mark, std::size_t readers);

  /// Messages that are kept now.
  [[nodiscard]] std::size_t size() const;

  /// Nobody reads the ring of this writer any more.
  void forget(std::uint32_t writer);

 private:
  struct Kept {
    SamplePtr sample;
    Integrity integrity;
    std::size_t taken = 0;  // by so many readers
  };
  struct Writer {
    std::uint32_t id;
    std::deque<Kept> messages;  // by sequence
  };
  Writer* find(std::uint32_t id);

  const std::size_t depth_;
  std::vector<Writer> writers_;  // in the order in which they came
};

/// The newest message of each writer that came over the network: what its ring still holds of them is not delivered
/// again.
class NewestOfWriters {
 public:
  void note(std::uint32_t writer, std::uint64_t sequence);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// 0: none, or forgotten.
  [[nodiscard]] std::uint64_t of(std::uint32_t writer) const;

 private:
  struct Entry {
    std::uint32_t writer;
    std::uint64_t sequence;
  };
  std::vector<Entry> entries_;  // the one heard last is the last
};

}  // namespace ocelli
