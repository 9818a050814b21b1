#include "ocelli/launch/dds_exchange.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace ocelli::launch {
namespace {

DdsConfig config() {
  DdsConfig config;
  config.domain = 57;
  config.participant = "ocelli/doctor test";
  return config;
}

/// What `look` says in a process of its own: no test leaves threads of Fast DDS to the next fork.
int in_child(const std::function<int()>& look) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(look());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DdsExchange, AMessageOfAnotherProcessArrives) {
  EXPECT_EQ(in_child([] {
              if (!is_loopback_up()) return 1;
              const auto exchange = exchange_over_dds(config(), 10s);
              if (!exchange) return 2;
              return exchange->has_met && exchange->has_arrived ? 0 : 3;
            }),
            0);
}

TEST(DdsExchange, AHostWhoseLoopbackIsDownIsFound) {
  constexpr int kNotPermitted = 77;
  const int status = in_child([] {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return kNotPermitted;
    if (is_loopback_up()) return 1;
    const auto exchange = exchange_over_dds(config(), 1s);
    return exchange && (exchange->has_met || exchange->has_arrived) ? 2 : 0;
  });
  if (status == kNotPermitted) GTEST_SKIP() << "no network namespace of its own is permitted here";
  EXPECT_EQ(status, 0);
}

TEST(DdsExchange, ADomainThatDoesNotExistIsRefused) {
  DdsConfig wrong = config();
  wrong.domain = 233;
  EXPECT_FALSE(exchange_over_dds(wrong, 1s));
}

}  // namespace
}  // namespace ocelli::launch
