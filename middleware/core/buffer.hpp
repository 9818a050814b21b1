#pragma once
// Where message bytes live. Publishers take a Buffer from a BufferPool, fill it and share it read-only.
// The heap pool is the default; the shared-memory ring and SoC buffers (dma-buf) implement the same interface.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace ocelli {

/// Contiguous bytes, 64-aligned. `offset` lets a writer place the start so that bulk data falls on a 64-byte line.
class Buffer {
 public:
  virtual ~Buffer() = default;
  [[nodiscard]] std::span<std::byte> bytes() { return {data_ + offset_, size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_ + offset_, size_}; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// False when somebody else has written over the bytes: what was read of them until now does not count. Only bytes
  /// in the shared memory of another process can lose their integrity.
  [[nodiscard]] virtual bool is_intact() const { return true; }
  /// Precondition: offset + size <= capacity().
  void resize(std::size_t offset, std::size_t size);
  /// Keeps the first `size` bytes. Precondition: size <= bytes().size().
  void truncate(std::size_t size) { resize(offset_, size); }

 protected:
  Buffer(std::byte* data, std::size_t capacity) : data_(data), capacity_(capacity) {}
  std::byte* data_;
  std::size_t capacity_;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
};

using BufferPtr = std::shared_ptr<Buffer>;
using ConstBufferPtr = std::shared_ptr<const Buffer>;

class BufferPool {
 public:
  virtual ~BufferPool() = default;
  /// A buffer of at least `capacity` bytes; its content is undefined. Null when the pool is exhausted.
  [[nodiscard]] virtual BufferPtr take(std::size_t capacity) = 0;
};

/// Recycles heap blocks by size class; thread-safe; grows on demand and keeps what it has.
[[nodiscard]] std::shared_ptr<BufferPool> make_heap_pool();

/// The heap pool of this process.
[[nodiscard]] BufferPool& default_pool();

}  // namespace ocelli
