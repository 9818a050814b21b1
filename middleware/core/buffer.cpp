#include "ocelli/middleware/core/buffer.hpp"

#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

#include "ocelli/middleware/core/expect.hpp"
#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {
namespace {

constexpr std::size_t kAlignment = 64;

/// Free blocks by capacity (powers of two). Blocks outlive the pool handle because they hold the shelf.
struct Shelf {
  std::mutex mutex;
  std::array<std::vector<std::byte*>, 65> free;  // by bit width
  ~Shelf() {
    for (auto& blocks : free)
      for (std::byte* block : blocks) ::operator delete (block, std::align_val_t{kAlignment});
  }
};

class HeapBuffer final : public Buffer {
 public:
  HeapBuffer(std::shared_ptr<Shelf> shelf, std::byte* data, std::size_t capacity)
      : Buffer(data, capacity), shelf_(std::move(shelf)) {}
  HeapBuffer(const HeapBuffer&) = delete;
  HeapBuffer& operator=(const HeapBuffer&) = delete;
  [[gnu::hot]] ~HeapBuffer() override {
    const std::lock_guard lock(shelf_->mutex);
    shelf_->free[std::bit_width(capacity_)].push_back(data_);
  }

 private:
  std::shared_ptr<Shelf> shelf_;
};

constexpr std::size_t kSmall = 256;

/// One block with its bytes: what is not in the caches costs more than the room.
class SmallBuffer final : public Buffer {
 public:
  SmallBuffer() : Buffer(bytes_, kSmall) {}

 private:
  alignas(kAlignment) std::byte bytes_[kSmall];
};

class HeapPool final : public BufferPool {
 public:
  [[gnu::hot]] BufferPtr take(std::size_t capacity) override {
    if (capacity <= kSmall) return make_recycled<SmallBuffer>();
    const std::size_t rounded = std::bit_ceil(std::max(capacity, kAlignment));
    std::byte* block = nullptr;
    {
      const std::lock_guard lock(shelf_->mutex);
      if (auto& blocks = shelf_->free[std::bit_width(rounded)]; !blocks.empty()) {
        block = blocks.back();
        blocks.pop_back();
      }
    }
    if (block == nullptr) block = static_cast<std::byte*>(::operator new (rounded, std::align_val_t{kAlignment}));
    return make_recycled<HeapBuffer>(shelf_, block, rounded);
  }

 private:
  std::shared_ptr<Shelf> shelf_ = std::make_shared<Shelf>();
};

}  // namespace

[[gnu::hot]] void Buffer::resize(std::size_t offset, std::size_t size) {
  OCELLI_EXPECT(offset <= capacity_ && size <= capacity_ - offset);
  offset_ = offset;
  size_ = size;
}

std::shared_ptr<BufferPool> make_heap_pool() { return std::make_shared<HeapPool>(); }

[[gnu::hot]] BufferPool& default_pool() {
  static const std::shared_ptr<BufferPool> pool = make_heap_pool();
  return *pool;
}

}  // namespace ocelli
