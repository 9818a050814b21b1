#include "ocelli/launch/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace ocelli::launch {

void WorkRate::update(Duration elapsed, double done_s) {
  if (done_s <= 0.0) return;
  if (!begin_done_s_) {
    begin_ = elapsed;
    begin_done_s_ = done_s;
  }
  now_ = elapsed;
  done_s_ = done_s;
}

std::optional<double> WorkRate::rate() const {
  if (!begin_done_s_ || now_ - begin_ < 1s) return std::nullopt;
  return (done_s_ - *begin_done_s_) / to_seconds(now_ - begin_);
}

std::string progress_text(std::string_view what, double done_s, double total_s, std::optional<double> rate,
                          std::string_view detail) {
  std::string line = done_s > 0.0 ? fmt::format("{}: {:.1f} s", what, done_s) : fmt::format("{}: starting", what);
  if (done_s > 0.0 && total_s > 0.0) line += fmt::format(" of {:.1f} s ({:.0f} %)", total_s, 100.0 * done_s / total_s);
  if (rate) line += fmt::format(", {:.2f}x real time", *rate);
  if (rate && *rate > 0.0 && total_s > done_s) line += fmt::format(", {:.0f} s left", (total_s - done_s) / *rate);
  if (!detail.empty()) line += fmt::format(", {}", detail);
  return line;
}

Progress::Progress(std::string what) : what_(std::move(what)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_ && is_terminal_) fmt::print(stderr, "\n");
}

void Progress::update(double done_s, double total_s, std::string_view detail) {
  const auto now = WallClock::now();
  rate_.update(now - start_, done_s);
  if (now < next_) return;
  next_ = now + (is_terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000));
  is_shown_ = true;
  const std::string line = progress_text(what_, done_s, total_s, rate_.rate(), detail);
  if (is_terminal_)
    fmt::print(stderr, "\r\033[K{}", line);
  else
    fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

}  // namespace ocelli::launch
