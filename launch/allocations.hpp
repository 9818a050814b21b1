#pragma once
// Counts what the calling thread allocates with operator new. allocations.cpp replaces it for the whole command: glibc
// has had no allocation hook since 2.34, and the count costs one thread-local increment.

#include <cstdint>

namespace ocelli::launch {

[[nodiscard]] std::uint64_t allocations_of_thread();

}  // namespace ocelli::launch
