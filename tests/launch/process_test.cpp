// Children are this test program again: started with "test-child ROLE" it plays that role before GoogleTest begins.
#include "ocelli/launch/process.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

namespace ocelli::launch {
namespace {

using testing::HasSubstr;

void wait_for_stop() {
  handle_stop_signals();
  while (!stop_requested()) std::this_thread::sleep_for(1ms);
}

int play(const std::string& role, int ready_fd) {
  die_with_parent();
  if (role == "early-death") return 3;
  if (role == "good" || role == "end") handle_stop_signals();  // before it says that it is ready
  if (role == "stubborn") ::signal(SIGTERM, SIG_IGN);
  report_ready(ready_fd);
  if (role == "good") wait_for_stop();
  if (role == "end")
    while (!end_announced()) std::this_thread::sleep_for(1ms);
  if (role == "stubborn")
    while (true) ::pause();
  return role == "bad-end" ? 4 : 0;
}

/// Runs before main(): GoogleTest must not see a child's arguments.
const bool is_parent = [] {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  if (arguments.size() < 5 || arguments[1] != "test-child") return true;
  ::_exit(play(arguments[2], std::atoi(arguments[4].c_str())));
}();

ChildProcess start(const std::string& role) {
  auto child = ChildProcess::start(role, {"test-child", role});
  EXPECT_TRUE(child) << child.error().message;
  return std::move(*child);
}

char state_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(") ");
  return end == std::string::npos ? '?' : text[end + 2];
}

/// Signals take effect a moment later.
bool comes_to(pid_t pid, bool is_stopped) {
  for (int i = 0; i < 5000; ++i) {
    if ((state_of(pid) == 'T') == is_stopped) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

TEST(ChildProcess, SaysWhenItIsReadyAndEndsWellWhenAsked) {
  ASSERT_TRUE(is_parent);
  ChildProcess child = start("good");
  EXPECT_TRUE(child.wait_ready(30s));
  EXPECT_TRUE(child.wait_ready(0s)) << "it was ready before";
  EXPECT_TRUE(child.is_running());
  EXPECT_TRUE(child.stop(30s));
  EXPECT_FALSE(child.is_running());
  EXPECT_TRUE(child.has_finished_well());
}

TEST(ChildProcess, AnEndBeforeItIsReadyIsAnError) {
  ChildProcess child = start("early-death");
  const Status status = child.wait_ready(30s);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message, HasSubstr("'early-death' ended before it was ready"));
  EXPECT_FALSE(child.stop(30s)) << "status 3 is no good end";
}

TEST(ChildProcess, ABadExitStatusIsNoGoodEnd) {
  ChildProcess child = start("bad-end");
  EXPECT_TRUE(child.wait_ready(30s));
  while (child.is_running()) std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(child.has_finished_well());
}

TEST(ChildProcess, StandsStillWhilePaused) {
  ChildProcess child = start("good");
  ASSERT_TRUE(child.wait_ready(30s));
  EXPECT_TRUE(child.pause());
  EXPECT_TRUE(comes_to(child.pid(), true));
  EXPECT_TRUE(child.is_running()) << "a paused one does run";
  EXPECT_TRUE(child.resume());
  EXPECT_TRUE(comes_to(child.pid(), false));
  EXPECT_TRUE(child.stop(30s));
}

TEST(ChildProcess, APausedOneWakesUpToEnd) {
  ChildProcess child = start("good");
  ASSERT_TRUE(child.wait_ready(30s));
  ASSERT_TRUE(child.pause());
  ASSERT_TRUE(comes_to(child.pid(), true));
  EXPECT_TRUE(child.stop(30s));
}

TEST(ChildProcess, OneThatDoesNotListenIsKilledAfterPatience) {
  ChildProcess child = start("stubborn");
  ASSERT_TRUE(child.wait_ready(30s));
  EXPECT_FALSE(child.stop(20ms));
  EXPECT_FALSE(child.is_running());
}

TEST(ChildProcess, HearsThatTheEndIsNear) {
  ChildProcess child = start("end");
  ASSERT_TRUE(child.wait_ready(30s));
  child.announce_end();
  while (child.is_running()) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(child.has_finished_well());
}

TEST(ChildProcess, WhatHasEndedCannotBePaused) {
  ChildProcess child = start("bad-end");
  static_cast<void>(child.stop(30s));
  EXPECT_THAT(child.pause().error().message, HasSubstr("it is not running"));
  EXPECT_THAT(child.resume().error().message, HasSubstr("it is not running"));
  child.announce_end();  // nobody is there: nothing happens
}

TEST(ChildProcess, GoesWithItsHandle) {
  pid_t pid = -1;
  {
    ChildProcess child = start("good");
    ASSERT_TRUE(child.wait_ready(30s));
    ChildProcess moved = std::move(child);
    pid = moved.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace ocelli::launch
