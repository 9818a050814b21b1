#pragma once
// The writing end of lane 2: a sealed memfd that vanishes with its last user. Also the buffer pool of its topic: a
// message made in a buffer of the ring is published without a copy. No reader can delay or change anything here.
// take() may be called on any thread, commit() on one at a time.

#include <memory>
#include <string>

#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_layout.hpp"
#include "ocelli/middleware/core/buffer.hpp"

namespace ocelli {

class RingMemory;

class RingWriter final : public BufferPool {
 public:
  /// Error when the kernel gives no memory file.
  static Result<std::unique_ptr<RingWriter>> create(const std::string& name, const RingGeometry& geometry,
                                                    const RingIdentity& identity);
  ~RingWriter() override;

  /// A buffer of the ring; one of the heap when the ring's are too small or all in use.
  [[nodiscard]] BufferPtr take(std::size_t capacity) override;

  /// Publishes; bytes that do not lie in the ring already are copied into it. False when they do not fit or the
  /// process holds every buffer: nothing was published. header.body_length must be their size.
  [[nodiscard]] bool commit(const SampleHeader& header, const ConstBufferPtr& cdr);
  [[nodiscard]] bool commit(const SampleHeader& header, std::span<const std::byte> body);

  /// Keeps the place of a message in the order when its bytes go another way: `header`, whose
  /// body_length must be 0.
  void commit_mark(const SampleHeader& header);

  /// Wakes the readers, whether any sleep or not.
  void wake() const;

  [[nodiscard]] const RingGeometry& geometry() const;
  [[nodiscard]] const RingAddress& address() const { return address_; }

 private:
  explicit RingWriter(std::shared_ptr<RingMemory> memory) : memory_(std::move(memory)) {}
  std::shared_ptr<RingMemory> memory_;  // shared with the buffers that were taken
  RingAddress address_;
};

}  // namespace ocelli
