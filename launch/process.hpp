#pragma once
// Child processes of a live run: started from this same program, told apart by arguments, ended in order, never left
// behind. Linux only.

#include <sys/types.h>

#include <atomic>
#include <string>
#include <vector>

#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::launch {

class ChildProcess {
 public:
  /// Starts this program with `arguments` in a process group of its own (so that Ctrl-C reaches only the supervisor);
  /// the kernel ends the child when the supervisor dies. The child writes one byte to the descriptor named by
  /// `--ready-fd N`, which is appended, when it is ready.
  static Result<ChildProcess> start(std::string name, std::vector<std::string> arguments);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Ends the child if it still runs.
  ~ChildProcess();

  /// Error when the child ended or `timeout` passed before it was ready. Ok at once when it was ready before.
  Status wait_ready(Duration timeout);
  /// SIGTERM, then SIGKILL after `patience`. Returns true when the child ended by itself with status 0.
  bool stop(Duration patience);
  /// SIGUSR2: everybody is ready, the run begins.
  void announce_begin();
  /// SIGUSR1: the run is about to end.
  void announce_end();
  /// SIGSTOP and SIGCONT.
  Status pause();
  Status resume();
  /// Whether it runs (a paused one does).
  [[nodiscard]] bool is_running();
  /// Once it does not run: whether it ended by itself with status 0.
  [[nodiscard]] bool has_finished_well() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  ChildProcess(std::string name, pid_t pid, int ready) : name_(std::move(name)), pid_(pid), ready_(ready) {}
  std::string name_;
  pid_t pid_ = -1;
  int ready_ = -1;  // -1 once it was ready
  int status_ = 0;
};

/// Set by SIGINT and SIGTERM once handle_stop_signals() was called.
[[nodiscard]] std::atomic<bool>& stop_requested();
/// Set by SIGUSR2.
[[nodiscard]] std::atomic<bool>& begin_announced();
/// Set by SIGUSR1.
[[nodiscard]] std::atomic<bool>& end_announced();
void handle_stop_signals();

/// Called by a child: dies with its parent, and says that it is ready.
void die_with_parent();
void report_ready(int ready_fd);

}  // namespace ocelli::launch
