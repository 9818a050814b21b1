#pragma once
// Threads that run independent jobs. With a schedule seed the order in which waiting jobs are taken, and how long
// threads dawdle before them, is random: a deterministic executor must not notice.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace ocelli::node {

class JobPool {
 public:
  /// `schedule_seed` 0 = first come, first served.
  JobPool(std::size_t threads, std::uint64_t schedule_seed);
  ~JobPool();
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  [[nodiscard]] std::future<void> submit(std::function<void()> job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable condition_;
  std::vector<std::packaged_task<void()>> jobs_;
  bool is_stopping_ = false;
  const bool is_shuffled_;
  std::mt19937_64 random_;
  std::vector<std::thread> threads_;
};

}  // namespace ocelli::node
