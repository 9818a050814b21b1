#include "ocelli/launch/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace ocelli::launch {
namespace {

constexpr auto kPollStep = std::chrono::milliseconds(5);

std::atomic<bool> stop_flag = false;
std::atomic<bool> begin_flag = false;
std::atomic<bool> end_flag = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void on_stop_signal(int) { stop_flag = true; }
void on_begin_signal(int) { begin_flag = true; }
void on_end_signal(int) { end_flag = true; }

/// Only async-signal-safe calls: other threads of the parent may hold any lock.
[[noreturn]] void become(char* const* argv) {
  ::setpgid(0, 0);
  ::execv("/proc/self/exe", argv);
  ::_exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(std::string name, std::vector<std::string> arguments) {
  int ends[2];
  if (::pipe(ends) != 0) return error(ErrorCode::kUnavailable, "{}: pipe: {}", name, std::strerror(errno));
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  arguments.insert(arguments.begin(), "ocelli");
  arguments.insert(arguments.end(), {"--ready-fd", std::to_string(ends[1])});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) become(argv.data());
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return error(ErrorCode::kUnavailable, "{}: fork: {}", name, std::strerror(errno));
  }
  return ChildProcess(std::move(name), pid, ends[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      ready_(std::exchange(other.ready_, -1)),
      status_(other.status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(pid_, other.pid_);
  std::swap(ready_, other.ready_);
  std::swap(status_, other.status_);
  return *this;
}

ChildProcess::~ChildProcess() {
  stop(2s);
  if (ready_ >= 0) ::close(ready_);
}

Status ChildProcess::wait_ready(Duration timeout) {
  if (ready_ < 0) return ok();
  pollfd wait{ready_, POLLIN, 0};
  const int events = ::poll(&wait, 1, static_cast<int>(timeout / 1ms));
  char byte = 0;
  if (events > 0 && ::read(ready_, &byte, 1) == 1) {
    ::close(std::exchange(ready_, -1));
    return ok();
  }
  if (events == 0)
    return error(ErrorCode::kTimeout, "process '{}' was not ready after {:.0f} s", name_, to_seconds(timeout));
  return error(ErrorCode::kUnavailable, "process '{}' ended before it was ready (see its messages above)", name_);
}

bool ChildProcess::is_running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, &status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

bool ChildProcess::stop(Duration patience) {
  if (pid_ >= 0) {
    ::kill(pid_, SIGTERM);
    ::kill(pid_, SIGCONT);  // a paused process must wake up to end
  }
  for (Duration waited{}; is_running(); waited += kPollStep) {
    if (waited >= patience) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(kPollStep);
  }
  return has_finished_well();
}

Status ChildProcess::pause() {
  if (pid_ >= 0 && ::kill(pid_, SIGSTOP) == 0) return ok();
  return error(ErrorCode::kUnavailable, "process '{}' cannot be stopped: it is not running", name_);
}

Status ChildProcess::resume() {
  if (pid_ >= 0 && ::kill(pid_, SIGCONT) == 0) return ok();
  return error(ErrorCode::kUnavailable, "process '{}' cannot be continued: it is not running", name_);
}

std::atomic<bool>& stop_requested() { return stop_flag; }
std::atomic<bool>& begin_announced() { return begin_flag; }
std::atomic<bool>& end_announced() { return end_flag; }

void ChildProcess::announce_begin() {
  if (pid_ >= 0) ::kill(pid_, SIGUSR2);
}

void ChildProcess::announce_end() {
  if (pid_ >= 0) ::kill(pid_, SIGUSR1);
}

bool ChildProcess::has_finished_well() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

void handle_stop_signals() {
  struct sigaction action {};
  action.sa_handler = &on_stop_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = &on_end_signal;
  ::sigaction(SIGUSR1, &action, nullptr);
  action.sa_handler = &on_begin_signal;
  ::sigaction(SIGUSR2, &action, nullptr);
}

void die_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGTERM); }

void report_ready(int ready_fd) {
  if (ready_fd < 0) return;
  const char byte = 1;
  static_cast<void>(::write(ready_fd, &byte, 1));
  ::close(ready_fd);
}

}  // namespace ocelli::launch
