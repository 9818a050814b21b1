#include "ocelli/hal/accel/engine_worker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "ocelli/hal/accel/errand.hpp"

namespace ocelli::accel {
namespace {

constexpr std::uint64_t kLongestWait_ns = 24ULL * 3600 * 1'000'000'000;  // "forever", without overflow
constexpr std::uint64_t kStopPatience_ns = 500'000'000;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

std::chrono::nanoseconds bounded(std::uint64_t timeout_ns) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(timeout_ns, kLongestWait_ns)));
}

}  // namespace

EngineJob::~EngineJob() {
  if (event_fd >= 0) ::close(event_fd);
}

std::shared_ptr<EngineWorker> EngineWorker::start() {
  auto worker = std::make_shared<EngineWorker>();
  worker->thread_ = std::thread([worker] { worker->loop(); });
  return worker;
}

void EngineWorker::stop() {
  std::unique_lock lock(mutex_);
  is_stopping_ = true;
  if (job_ != nullptr) abort_locked(*job_);
  changed_.notify_all();
  const bool is_at_rest = wait_for_rest(lock, kStopPatience_ns);
  lock.unlock();
  if (is_at_rest) return thread_.join();
  thread_.detach();  // it holds this object, its job and its model
  note_left_thread();
}

bool EngineWorker::submit(const std::shared_ptr<EngineJob>& job) {
  const std::lock_guard lock(mutex_);
  if (job_ != nullptr || is_hung_) return false;
  for (const auto& buffer : job->buffers) ++buffer->holders;
  job->result.queued_ns = now_ns();
  job_ = job;
  ++jobs_;
  changed_.notify_all();
  return true;
}

bool EngineWorker::wait(const EngineJob& job, std::uint64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, bounded(timeout_ns), [&] { return job.has_ended || job.is_aborted; });
}

EngineStatus EngineWorker::status_of(const EngineJob& job, ocelli_accel_result& result) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t size = result.size;
  result = job.result;
  result.size = size;
  result.status = job.status.code;
  return job.status;
}

void EngineWorker::abort_locked(EngineJob& job) {
  if (job.has_ended || job.is_aborted) return;
  job.is_aborted = true;
  job.status = {OCELLI_ACCEL_ABORTED, "aborted"};
  job.model->engine->cancel();
  if (job.event_fd >= 0) ::eventfd_write(job.event_fd, 1);
}

void EngineWorker::abort(EngineJob& job) {
  const std::lock_guard lock(mutex_);
  if (!job.has_ended && !job.is_aborted) ++aborted_;
  abort_locked(job);
  changed_.notify_all();
}

int EngineWorker::event_of(EngineJob& job) {
  const std::lock_guard lock(mutex_);
  if (job.event_fd < 0) {
    job.event_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (job.event_fd >= 0 && (job.has_ended || job.is_aborted)) ::eventfd_write(job.event_fd, 1);
  }
  return job.event_fd;
}

bool EngineWorker::wait_for_rest(std::unique_lock<std::mutex>& lock, std::uint64_t timeout_ns) {
  return changed_.wait_for(lock, bounded(timeout_ns), [&] { return job_ == nullptr; });
}

bool EngineWorker::reset(std::uint64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  if (job_ != nullptr) {
    abort_locked(*job_);
    changed_.notify_all();
  }
  is_hung_ = !wait_for_rest(lock, timeout_ns);
  return !is_hung_;
}

bool EngineWorker::is_taken(const EngineBuffer& buffer) {
  const std::lock_guard lock(mutex_);
  return buffer.holders > 0;
}

void EngineWorker::fill(ocelli_accel_health& health) {
  const std::lock_guard lock(mutex_);
  health.temperature_mc = std::numeric_limits<std::int32_t>::min();
  health.is_hung = is_hung_ ? 1 : 0;
  health.is_busy = job_ != nullptr ? 1 : 0;
  health.jobs = jobs_;
  health.jobs_failed = failed_;
  health.jobs_aborted = aborted_;
}

void EngineWorker::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return job_ != nullptr || is_stopping_; });
    if (job_ == nullptr) return;
    const std::shared_ptr<EngineJob> job = job_;
    EngineStatus status{OCELLI_ACCEL_ABORTED, "aborted"};
    if (!job->is_aborted) {
      job->result.started_ns = now_ns();
      lock.unlock();
      const std::vector<std::span<float>> outputs(job->model->scratch.begin(), job->model->scratch.end());
      status = guarded(OCELLI_ACCEL_DEVICE_LOST, [&] { return job->model->engine->run(job->inputs, outputs); });
      lock.lock();
    }
    finish(*job, std::move(status));
  }
}

/// Only here, under the lock and when nobody has aborted, results reach the caller's memory.
void EngineWorker::finish(EngineJob& job, EngineStatus status) {
  job.result.ended_ns = now_ns();
  if (!job.is_aborted) {
    if (status.is_ok())
      for (std::size_t i = 0; i < job.outputs.size(); ++i)
        std::ranges::copy(job.model->scratch[i], job.outputs[i].begin());
    else
      ++failed_;
    job.status = std::move(status);
  }
  for (const auto& buffer : job.buffers) --buffer->holders;
  job.has_ended = true;
  if (job.event_fd >= 0 && !job.is_aborted) ::eventfd_write(job.event_fd, 1);
  job_.reset();
  is_hung_ = false;
  changed_.notify_all();
}

}  // namespace ocelli::accel
