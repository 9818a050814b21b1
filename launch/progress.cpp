#include "ocelli/launch/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace ocelli::launch {

Progress::Progress(std::string what) : what_(std::move(what)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_ && is_terminal_) fmt::print(stderr, "\n");
}

void Progress::update(double done_s, double total_s, std::string_view detail) {
  const auto now = WallClock::now();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000));
  is_shown_ = true;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const double rate = elapsed_s > 0.0 ? done_s / elapsed_s : 0.0;
  std::string line = fmt::format("{}: {:.1f} s", what_, done_s);
  if (total_s > 0.0) line += fmt::format(" of {:.1f} s ({:.0f} %)", total_s, 100.0 * done_s / total_s);
  line += fmt::format(", {:.2f}x real time", rate);
  if (total_s > done_s && rate > 0.0) line += fmt::format(", {:.0f} s left", (total_s - done_s) / rate);
  if (!detail.empty()) line += fmt::format(", {}", detail);
  if (is_terminal_)
    fmt::print(stderr, "\r\033[K{}", line);
  else
    fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

}  // namespace ocelli::launch
