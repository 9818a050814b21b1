#include "ocelli/middleware/node/job_pool.hpp"

#include <algorithm>

namespace ocelli::node {

JobPool::JobPool(std::size_t threads, std::uint64_t schedule_seed)
    : is_shuffled_(schedule_seed != 0), random_(schedule_seed) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) threads_.emplace_back([this] { run(); });
}

JobPool::~JobPool() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  condition_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::future<void> JobPool::submit(std::function<void()> job) {
  std::packaged_task<void()> task(std::move(job));
  std::future<void> done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(task));
  }
  condition_.notify_one();
  return done;
}

void JobPool::run() {
  while (true) {
    std::packaged_task<void()> task;
    std::chrono::microseconds dawdle{0};
    {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::size_t chosen = is_shuffled_ ? random_() % jobs_.size() : 0;
      if (is_shuffled_) dawdle = std::chrono::microseconds(random_() % 2000);
      task = std::move(jobs_[chosen]);
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    if (dawdle.count() > 0) std::this_thread::sleep_for(dawdle);
    task();
  }
}

}  // namespace ocelli::node
