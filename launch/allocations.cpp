#include "ocelli/launch/allocations.hpp"

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// A sanitizer brings its own heap.
namespace ocelli::launch {
std::optional<std::uint64_t> allocations_of_thread() { return std::nullopt; }
}  // namespace ocelli::launch

#else

#include <cerrno>

namespace {
thread_local std::uint64_t count = 0;
}  // namespace

// glibc's own, which its heap functions can be laid over (manual, "Replacing malloc"). Memory stays the same heap's, so
// free() stays what it is.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(std::size_t items, std::size_t size) {
  ++count;
  return __libc_calloc(items, size);
}
void* realloc(void* memory, std::size_t size) {
  ++count;
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* const taken = memalign(alignment, size);
  if (taken == nullptr) return ENOMEM;
  *memory = taken;
  return 0;
}
}

namespace ocelli::launch {
std::optional<std::uint64_t> allocations_of_thread() { return count; }
}  // namespace ocelli::launch

#endif
