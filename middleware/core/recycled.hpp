#pragma once
// Shared objects whose memory is kept for the next of their size, for paths that must not touch the heap once they are
// warm. What was once taken is never given back: the most that were alive at the same time stay. Thread-safe; objects
// may be dropped on any thread.
//
//   auto sample = make_recycled<Sample>();

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace ocelli {
namespace detail {

/// Free blocks of one size. Lives until the process ends, because objects may be dropped after statics were.
template <std::size_t kBytes, std::size_t kAlignment>
class BlockShelf {
 public:
  static BlockShelf& instance() {
    static auto* const shelf = new BlockShelf;
    return *shelf;
  }

  void* take() {
    {
      const std::lock_guard lock(mutex_);
      if (first_ != nullptr) return std::exchange(first_, first_->next);
    }
    return ::operator new (sizeof(Storage), std::align_val_t{alignof(Storage)});
  }

  void give_back(void* block) {
    const std::lock_guard lock(mutex_);
    first_ = new (block) Free{first_};
  }

 private:
  struct Free {
    Free* next;
  };
  union Storage {
    Free free;
    alignas(kAlignment) std::byte bytes[kBytes];
  };
  std::mutex mutex_;
  Free* first_ = nullptr;
};

template <class T>
struct RecyclingAllocator {
  using value_type = T;
  RecyclingAllocator() = default;
  template <class U>
  RecyclingAllocator(const RecyclingAllocator<U>&) {}  // NOLINT(google-explicit-constructor): allocators convert

  // allocate_shared() asks for one object at a time.
  T* allocate(std::size_t) { return static_cast<T*>(BlockShelf<sizeof(T), alignof(T)>::instance().take()); }
  void deallocate(T* block, std::size_t) { BlockShelf<sizeof(T), alignof(T)>::instance().give_back(block); }
  friend bool operator==(const RecyclingAllocator&, const RecyclingAllocator&) { return true; }
};

}  // namespace detail

/// As std::make_shared.
template <class T, class... Args>
[[nodiscard]] std::shared_ptr<T> make_recycled(Args&&... args) {
  return std::allocate_shared<T>(detail::RecyclingAllocator<T>{}, std::forward<Args>(args)...);
}

}  // namespace ocelli
