#pragma once
// Programs that run beside the bench: iceoryx' daemon, and load on the processors.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ocelli::bench {

/// Started now, ended by SIGTERM; dies with the bench.
class Companion {
 public:
  explicit Companion(const std::vector<std::string>& command);
  ~Companion();
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  /// False when the program does not exist or has ended.
  [[nodiscard]] bool is_running() const;

 private:
  pid_t pid_ = -1;
};

/// iox-roudi with memory for every size and reader of the bench. What it and its clients leave is removed, unless it
/// was there before.
class Roudi {
 public:
  Roudi();
  ~Roudi();
  Roudi(const Roudi&) = delete;
  Roudi& operator=(const Roudi&) = delete;
  [[nodiscard]] bool is_running() const { return daemon_ != nullptr && daemon_->is_running(); }

 private:
  std::filesystem::path config_;
  std::vector<std::filesystem::path> removable_;
  std::unique_ptr<Companion> daemon_;
};

}  // namespace ocelli::bench
