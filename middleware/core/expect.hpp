#pragma once
// Contracts. OCELLI_EXPECT terminates the process when our own code is wrong: process death is the safe state,
// restarting belongs to launch. It is never used for data from outside.

#include <cstdio>
#include <cstdlib>

namespace ocelli::detail {
[[noreturn]] inline void contract_broken(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "ocelli: contract broken: %s (%s:%d)\n", condition, file, line);
  std::abort();
}
}  // namespace ocelli::detail

#define OCELLI_EXPECT(condition) \
  ((condition) ? static_cast<void>(0) : ::ocelli::detail::contract_broken(#condition, __FILE__, __LINE__))
