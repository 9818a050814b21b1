#pragma once
// Counts what the calling thread allocates with operator new (allocations.cpp replaces it for the whole command).

#include <cstdint>

namespace ocelli::launch {

[[nodiscard]] std::uint64_t allocations_of_thread();

}  // namespace ocelli::launch
