#pragma once
// Between a thread that must not wait for a disk and the fault store: a bounded queue and one writing thread. What came
// while a commit was on its way goes into the next one (group commit). Must not know: the bus.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ocelli/launch/faults/fault_store.hpp"

namespace ocelli::launch {

class FaultWriter {
 public:
  static constexpr std::size_t kMostWaiting = 16384;

  /// `on_problem` is called from the writing thread when a commit fails; what it held is tried again, once a second.
  FaultWriter(FaultStore store, std::function<void(const std::string&)> on_problem);
  /// Commits what still waits, then ends.
  ~FaultWriter();
  FaultWriter(const FaultWriter&) = delete;
  FaultWriter& operator=(const FaultWriter&) = delete;

  /// Never waits for the disk. False: too many wait already; it is dropped and counted.
  bool push(StoreEntry entry);

  [[nodiscard]] std::uint64_t committed() const { return committed_; }
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  void write();

  FaultStore store_;
  std::function<void(const std::string&)> on_problem_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::vector<StoreEntry> waiting_;
  bool is_ending_ = false;
  std::atomic<std::uint64_t> committed_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::thread thread_;
};

}  // namespace ocelli::launch
