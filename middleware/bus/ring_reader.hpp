#pragma once
// The reading end of lane 2: the ring of another process, mapped read-only. Whatever the writer does, a reader neither
// reads outside the map nor accepts a message that changed under it.

#include <memory>
#include <optional>

#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/bus/ring_layout.hpp"
#include "ocelli/middleware/core/buffer.hpp"

namespace ocelli {

/// A mapped ring; shared by readers and by the messages they hand out.
class RingMap {
 public:
  /// Errors: kUnavailable when the process is gone or does not let us in (another user, another container),
  /// kCorrupt when what it has there is no sealed ring.
  static Result<std::shared_ptr<const RingMap>> open(const RingAddress& address);
  static Result<std::shared_ptr<const RingMap>> open_file(int fd);
  ~RingMap();
  RingMap(const RingMap&) = delete;
  RingMap& operator=(const RingMap&) = delete;

  [[nodiscard]] const RingGeometry& geometry() const { return ring_.geometry; }
  [[nodiscard]] const RingIdentity& identity() const { return ring_.identity; }
  [[nodiscard]] const futex::Word& bell() const { return head().bell; }
  [[nodiscard]] std::uint64_t published() const { return head().published.load(std::memory_order_acquire); }

  /// Message `number` as far as its slot holds it: the body lies within the map. Nothing when the slot has another
  /// message or names bytes outside its buffers. What was read counts only while is_intact(number) afterwards.
  struct Content {
    SampleHeader header;
    std::span<const std::byte> body;
  };
  [[nodiscard]] std::optional<Content> read(std::uint64_t number) const;
  /// Whether everything that was read of the message before this call is what its writer published.
  [[nodiscard]] bool is_intact(std::uint64_t number) const;

 private:
  RingMap(const std::byte* base, const ParsedRing& ring) : base_(base), ring_(ring) {}
  [[nodiscard]] const RingHead& head() const { return *reinterpret_cast<const RingHead*>(base_); }
  [[nodiscard]] const SlotHead& slot(std::uint64_t number) const;

  const std::byte* const base_;
  const ParsedRing ring_;
};

struct RingMessage {
  SampleHeader header;
  ConstBufferPtr cdr;
  std::uint64_t skipped = 0;  // messages that the reader lost just before this one
};

/// One cursor over a ring. Not thread-safe, but for bell() and seen().
class RingReader {
 public:
  explicit RingReader(std::shared_ptr<const RingMap> map);

  /// Goes back to the oldest message that was published at `since` or later and is still there.
  void rewind(std::int64_t since_ns);
  /// Goes back to the newest message, if there is one.
  void rewind_to_newest();

  enum class Mode : std::uint8_t {
    kCopy,  // bytes of our own, proven to be what was published
    kView,  // bytes in the ring: they count while Buffer::is_intact()
  };
  /// The next message. A reader that was overtaken goes on in the middle of the ring.
  [[nodiscard]] std::optional<RingMessage> take(Mode mode);

  /// Whether something stands behind the message that was taken last.
  [[nodiscard]] bool has_more() const { return map_->published() > cursor_; }

  /// The message that was taken last is taken again next. `skipped`: as that said.
  void step_back(std::uint64_t skipped);

  [[nodiscard]] const RingMap& map() const { return *map_; }
  /// Value of the bell before the last take(): sleep on it.
  [[nodiscard]] std::uint32_t seen() const { return seen_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<const RingMap> map_;
  std::uint64_t cursor_;
  std::uint64_t skipped_ = 0;  // since the last message
  std::atomic<std::uint32_t> seen_;
};

}  // namespace ocelli
