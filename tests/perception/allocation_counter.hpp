#pragma once
// Counts every operator new of this test program (allocation_counter_test.cpp replaces it).

#include <cstdint>

namespace ocelli::perception {

[[nodiscard]] std::uint64_t allocations();

}  // namespace ocelli::perception
