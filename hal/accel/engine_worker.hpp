#pragma once
// The worker thread of an engine's device and its one job. Whatever the thread may still touch is shared with it, so
// that a computation that never returns can be left behind without a dangling pointer.
// Must not know: the C ABI's handles.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ocelli/hal/accel/engine.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::accel {

struct EngineBuffer {
  std::vector<float> data;
  int holders = 0;  // jobs that have not ended; guarded by the worker's mutex
};

/// A model and the memory that its computations write; results are copied out of it.
struct LoadedModel {
  std::unique_ptr<EngineModel> engine;
  std::vector<std::vector<float>> scratch;  // per output
};

struct EngineJob {
  std::shared_ptr<LoadedModel> model;
  std::vector<std::shared_ptr<EngineBuffer>> buffers;  // inputs, then outputs
  std::vector<std::span<const float>> inputs;
  std::vector<std::span<float>> outputs;
  EngineStatus status;
  bool is_aborted = false;
  bool has_ended = false;  // the engine has let go of it
  ocelli_accel_result result{};
  int event_fd = -1;  // made on demand
  ~EngineJob();
};

class EngineWorker : public std::enable_shared_from_this<EngineWorker> {
 public:
  /// Starts the thread.
  static std::shared_ptr<EngineWorker> start();
  /// Ends the thread; leaves it behind when it does not come to rest.
  void stop();

  /// False while an earlier job has not ended.
  bool submit(const std::shared_ptr<EngineJob>& job);
  /// Waits until the job has ended or was aborted; false when the time is over.
  bool wait(const EngineJob& job, std::uint64_t timeout_ns);
  /// As far as the job has come; fills the result as well.
  EngineStatus status_of(const EngineJob& job, ocelli_accel_result& result);
  void abort(EngineJob& job);
  /// A descriptor that is readable once the job has ended or was aborted; -1 when the system has none left.
  int event_of(EngineJob& job);
  /// Aborts the job at work and waits for rest.
  bool reset(std::uint64_t timeout_ns);
  [[nodiscard]] bool is_taken(const EngineBuffer& buffer);
  void fill(ocelli_accel_health& health);

 private:
  void loop();
  void finish(EngineJob& job, EngineStatus status);
  bool wait_for_rest(std::unique_lock<std::mutex>& lock, std::uint64_t timeout_ns);
  static void abort_locked(EngineJob& job);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<EngineJob> job_;
  bool is_stopping_ = false;
  bool is_hung_ = false;
  std::uint64_t jobs_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t aborted_ = 0;
  std::thread thread_;
};

}  // namespace ocelli::accel
