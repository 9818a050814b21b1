#pragma once
// A writer at full rate against readers in other processes, every message with a checksum over header and body.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <thread>

#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/bus/ring_writer.hpp"
#include "ocelli/middleware/bus/subscription.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli::torture {

/// What a reader process tells; in memory that the processes share.
struct Tally {
  std::atomic<bool> is_ready = false;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> overtaken = 0;  // views that did not stay intact, and were dropped
  std::atomic<std::uint64_t> torn = 0;       // accepted, but the checksum is wrong
  std::atomic<std::uint64_t> lost = 0;       // by gaps in the sequence
};

template <class Type>
Type& shared_memory() {
  void* memory = ::mmap(nullptr, sizeof(Type), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (memory) Type;
}

struct Reading {
  RingReader::Mode mode = RingReader::Mode::kCopy;
  bool is_slow = false;
};

/// Reads until message `last` was seen or overtaken; never returns to the caller's program.
[[noreturn]] inline void read_ring(const RingAddress& address, const Reading& reading, std::uint64_t last,
                                   Tally& tally) {
  auto map = RingMap::open(address);
  if (!map) ::_exit(3);
  RingReader reader(*map);
  LossCounter losses;
  std::uint64_t newest = 0;
  std::uint64_t missed = 0;
  tally.is_ready = true;
  while (newest < last) {
    const auto message = reader.take(reading.mode);
    if (!message) {
      futex::wait({&(*map)->bell(), reader.seen(), futex::Scope::kHost}, 100ms);
      continue;
    }
    const bool is_right =
        check_protection(message->header, message->header.topic, topics::kind_of<topics::LidarPoints>(),
                         message->cdr->bytes()) == Integrity::kTrusted;
    if (reading.is_slow && message->header.sequence % 64 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (!message->cdr->is_intact()) {
      ++tally.overtaken;
      missed += message->skipped + 1;
      continue;
    }
    if (!is_right) ++tally.torn;
    ++tally.accepted;
    tally.lost += losses.count(message->header, message->skipped + missed);
    missed = 0;
    newest = message->header.sequence;
  }
  ::_exit(0);
}

/// Publishes `messages` of changing size as fast as it can.
inline void write_ring(RingWriter& writer, std::uint64_t messages) {
  std::vector<std::byte> body(writer.geometry().capacity);
  for (std::uint64_t i = 1; i <= messages; ++i) {
    const std::size_t size = 64 + i * 37 % (body.size() - 64);
    const std::uint64_t word = i * 0x9E3779B97F4A7C15ULL;
    for (std::size_t at = 0; at + 8 <= size; at += 64) std::memcpy(body.data() + at, &word, 8);
    SampleHeader header;
    header.writer = 1;
    header.sequence = i;
    if (!protect(header, topics::kind_of<topics::LidarPoints>(), std::span(body).first(size))) std::abort();
    if (!writer.commit(header, std::span<const std::byte>(body).first(size))) std::abort();
    writer.wake();
  }
}

struct Outcome {
  std::array<Tally*, 3> readers;
};

/// A fast copying, a slow copying and a slow viewing reader.
inline Outcome run(std::uint64_t messages) {
  auto writer = RingWriter::create("torture", {8, 1024}, {TopicId{1}, 1});
  Outcome outcome{};
  std::array<pid_t, 3> children{};
  constexpr std::array<Reading, 3> kReadings = {
      {{RingReader::Mode::kCopy, false}, {RingReader::Mode::kCopy, true}, {RingReader::Mode::kView, true}}};
  for (std::size_t i = 0; i < kReadings.size(); ++i) {
    outcome.readers[i] = &shared_memory<Tally>();
    children[i] = ::fork();
    if (children[i] == 0) read_ring((*writer)->address(), kReadings[i], messages, *outcome.readers[i]);
    while (!outcome.readers[i]->is_ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  write_ring(**writer, messages);
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) ++outcome.readers[0]->torn;
  }
  return outcome;
}

}  // namespace ocelli::torture
