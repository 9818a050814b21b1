#pragma once
// Counts what the calling thread takes from the heap, by operator new (aligned or not), malloc or any of its kin.
// allocations.cpp lays itself over glibc's malloc for the whole command: glibc has had no allocation hook since 2.34,
// and the count costs one thread-local increment.

#include <cstdint>
#include <optional>

namespace ocelli::launch {

/// None in a build with a sanitizer, which brings its own heap.
[[nodiscard]] std::optional<std::uint64_t> allocations_of_thread();

}  // namespace ocelli::launch
