#include "ocelli/hal/accel/errand.hpp"

#include <atomic>
#include <utility>

namespace ocelli::accel {
namespace {

std::atomic<bool> left = false;

}  // namespace

bool has_left_threads() { return left; }
void note_left_thread() { left = true; }

Errand::Errand(std::function<void()> work) : shared_(std::make_shared<Shared>()) {
  thread_ = std::thread([work = std::move(work), shared = shared_]() mutable {
    std::exchange(work, {})();
    const std::lock_guard lock(shared->mutex);
    shared->has_ended = true;
    shared->changed.notify_all();
  });
}

Errand& Errand::operator=(Errand&& other) noexcept {
  leave();
  shared_ = std::move(other.shared_);
  thread_ = std::move(other.thread_);
  return *this;
}

Errand::~Errand() { leave(); }

void Errand::leave() {
  if (!thread_.joinable()) return;
  if (has_ended()) {
    thread_.join();
  } else {
    thread_.detach();
    note_left_thread();
  }
}

bool Errand::wait(Duration patience) {
  if (shared_ == nullptr) return true;
  std::unique_lock lock(shared_->mutex);
  return shared_->changed.wait_for(lock, patience, [this] { return shared_->has_ended; });
}

}  // namespace ocelli::accel
