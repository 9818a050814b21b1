#include "ocelli/tests/bench/bus/companion.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace ocelli::bench {

Companion::Companion(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& part : command) argv.push_back(const_cast<char*>(part.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

Companion::~Companion() {
  if (!is_running()) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

bool Companion::is_running() const {
  siginfo_t status{};
  return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &status, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         status.si_pid == 0;
}

namespace {

/// What RouDi makes: its memory (a segment has the name of the user's group), its locks, its socket.
std::vector<std::filesystem::path> files_of_roudi() {
  const group* const own = ::getgrgid(::getgid());
  std::vector<std::filesystem::path> files = {"/dev/shm/iceoryx_mgmt", "/tmp/roudi", "/tmp/roudi.lock",
                                              "/tmp/iox-unique-roudi.lock"};
  if (own != nullptr) files.push_back(std::filesystem::path("/dev/shm") / own->gr_name);
  return files;
}

}  // namespace

Roudi::Roudi() : config_(std::filesystem::temp_directory_path() / ("ocelli-roudi-" + std::to_string(::getpid()))) {
  std::ofstream(config_) << "[general]\nversion = 1\n[[segment]]\n"
                            "[[segment.mempool]]\nsize = 1024\ncount = 2000\n"
                            "[[segment.mempool]]\nsize = 65536\ncount = 200\n"
                            "[[segment.mempool]]\nsize = 1048576\ncount = 50\n"
                            "[[segment.mempool]]\nsize = 6291456\ncount = 24\n"
                            "[[segment.mempool]]\nsize = 25165824\ncount = 24\n";
  for (const auto& file : files_of_roudi())
    if (!std::filesystem::exists(file)) removable_.push_back(file);
  daemon_ = std::make_unique<Companion>(std::vector<std::string>{"iox-roudi", "-c", config_.string(), "-l", "off"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
}

Roudi::~Roudi() {
  const bool was_running = is_running();
  // It drops clients that have ended after 1.5 s of silence; ended before that, it aborts and leaves its memory.
  if (was_running) std::this_thread::sleep_for(std::chrono::seconds(3));
  daemon_.reset();
  std::error_code ignored;
  if (was_running)
    for (const auto& file : removable_) std::filesystem::remove(file, ignored);
  std::filesystem::remove(config_, ignored);
}

}  // namespace ocelli::bench
