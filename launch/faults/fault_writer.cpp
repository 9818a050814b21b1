#include "ocelli/launch/faults/fault_writer.hpp"

#include <iterator>

namespace ocelli::launch {
namespace {

constexpr auto kRetryAfter = std::chrono::seconds(1);

}  // namespace

FaultWriter::FaultWriter(FaultStore store, std::function<void(const std::string&)> on_problem)
    : store_(std::move(store)), on_problem_(std::move(on_problem)), thread_([this] { write(); }) {}

FaultWriter::~FaultWriter() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

bool FaultWriter::push(StoreEntry entry) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) {
      ++dropped_;
      return false;
    }
    waiting_.push_back(std::move(entry));
  }
  has_work_.notify_one();
  return true;
}

void FaultWriter::write() {
  std::vector<StoreEntry> group;
  while (true) {
    std::unique_lock lock(mutex_);
    if (group.empty()) has_work_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    const bool is_last = is_ending_;
    // A group that failed before goes first; behind it what came since.
    if (group.size() < kMostWaiting) {
      std::move(waiting_.begin(), waiting_.end(), std::back_inserter(group));
      waiting_.clear();
    }
    lock.unlock();
    if (group.empty()) return;
    if (const Status status = store_.append(group)) {
      committed_ += group.size();
      ++commits_;
      group.clear();
      continue;
    } else {
      on_problem_(status.error().message);
    }
    if (is_last) {
      dropped_ += group.size();
      on_problem_(fmt::format("{} entries are lost", group.size()));
      return;
    }
    lock.lock();
    has_work_.wait_for(lock, kRetryAfter, [this] { return is_ending_; });
  }
}

}  // namespace ocelli::launch
