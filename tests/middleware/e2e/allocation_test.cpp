// Protection at run time takes no memory: every operator new of this program is counted.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "ocelli/middleware/e2e/protection.hpp"
#include "ocelli/middleware/e2e/state_machine.hpp"
#include "ocelli/tests/middleware/e2e/example_config.hpp"

namespace {
std::atomic<std::size_t> allocations = 0;
}  // namespace

__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace ocelli::e2e {
namespace {

class RunTime : public testing::TestWithParam<ProfileInfo> {};

TEST_P(RunTime, AllocatesNothing) {
  RecordProperty("verifies", "REQ-E2E-010");
  const Config config = config_of(GetParam().profile, 40);
  auto protector = Protector::create(config);
  auto checker = Checker::create(config);
  auto machine = StateMachine::create({});
  ASSERT_TRUE(protector && checker && machine);
  std::array<std::byte, 40> message{};
  const std::size_t before = allocations;
  int valid = 0;
  int errors = 0;
  for (int i = 0; i < 200; ++i) {
    if (!protector->protect(message)) break;
    if (i % 20 == 10) message[30] ^= std::byte{1};
    const Check check = i % 7 == 3 ? Checker::nothing_received() : checker->check(message);
    errors += check.status == CheckStatus::kError ? 1 : 0;
    valid += machine->step(check.status) == StreamState::kValid ? 1 : 0;
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(valid, 100);
  EXPECT_GT(errors, 5);
}

INSTANTIATE_TEST_SUITE_P(All, RunTime, testing::ValuesIn(kProfiles),
                         [](const auto& profile) { return std::string(profile.param.name); });

}  // namespace
}  // namespace ocelli::e2e
