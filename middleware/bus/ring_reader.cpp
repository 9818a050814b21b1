#include "ocelli/middleware/bus/ring_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {
namespace {

/// Bytes of a message that stay in the ring.
class RingView final : public Buffer {
 public:
  RingView(std::shared_ptr<const RingMap> map, std::uint64_t number, std::span<const std::byte> body)
      // Buffer's writable access is never used: readers share it as const, and the kernel has the map read-only.
      : Buffer(const_cast<std::byte*>(body.data()), body.size()), map_(std::move(map)), number_(number) {
    resize(0, body.size());
  }
  [[nodiscard]] bool is_intact() const override { return map_->is_intact(number_); }

 private:
  const std::shared_ptr<const RingMap> map_;
  const std::uint64_t number_;
};

}  // namespace

Result<std::shared_ptr<const RingMap>> RingMap::open(const RingAddress& address) {
  const auto gone = [&] { return error(ErrorCode::kUnavailable, "process {} has gone", address.pid); };
  const auto started = process_start(address.pid);
  if (!started || *started != address.process_start) return gone();
  const std::string path = fmt::format("/proc/{}/fd/{}", address.pid, address.fd);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return error(ErrorCode::kUnavailable, "{}: {} (messages of process {} come over the network lane)", path,
                 std::strerror(errno), address.pid);
  auto map = open_file(fd);
  ::close(fd);
  if (const auto still = process_start(address.pid); !still || *still != address.process_start) return gone();
  return map;
}

Result<std::shared_ptr<const RingMap>> RingMap::open_file(int fd) {
  struct stat status {};
  constexpr int kSizeSeals = F_SEAL_SHRINK | F_SEAL_GROW;
  const int seals = ::fcntl(fd, F_GET_SEALS);
  const bool is_sealed = seals >= 0 && (seals & kSizeSeals) == kSizeSeals;
  if (!is_sealed || ::fstat(fd, &status) != 0)
    return error(ErrorCode::kCorrupt, "not a sealed memory file: its size could change under the reader");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < sizeof(RingHead)) return error(ErrorCode::kCorrupt, "ring of {} bytes: too short", size);
  void* base = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) return error(ErrorCode::kUnavailable, "cannot map {} bytes: {}", size, std::strerror(errno));
  const auto* bytes = static_cast<const std::byte*>(base);
  const auto ring = parse_ring_head({bytes, sizeof(RingHead)}, size);
  if (!ring) {
    ::munmap(base, size);
    return error(ring.error());
  }
  prefault(bytes, ring->geometry, Access::kRead);
  return std::shared_ptr<const RingMap>(new RingMap(bytes, *ring));
}

RingMap::~RingMap() { ::munmap(const_cast<std::byte*>(base_), ring_.geometry.file_size()); }

const SlotHead& RingMap::slot(std::uint64_t number) const {
  return reinterpret_cast<const SlotHead*>(base_ + ring_.geometry.slots_at())[number % ring_.geometry.slots];
}

[[gnu::hot]] bool RingMap::is_intact(std::uint64_t number) const {
  std::atomic_thread_fence(std::memory_order_acquire);
  return slot(number).generation.load(std::memory_order_relaxed) == 2 * number + 2;
}

[[gnu::hot]] std::optional<RingMap::Content> RingMap::read(std::uint64_t number) const {
  const SlotHead& source = slot(number);
  if (source.generation.load(std::memory_order_acquire) != 2 * number + 2) return std::nullopt;
  Content content;
  const std::uint64_t data_at = __atomic_load_n(&source.data_at, __ATOMIC_RELAXED);
  copy_unsynchronised(reinterpret_cast<std::byte*>(&content.header), reinterpret_cast<const std::byte*>(&source.header),
                      sizeof(SampleHeader));
  const std::uint64_t length = content.header.body_length;
  const std::uint64_t first = ring_.geometry.data_at();
  if (data_at < first || data_at >= ring_.geometry.file_size()) return std::nullopt;
  if (length > ring_.geometry.stride() - (data_at - first) % ring_.geometry.stride()) return std::nullopt;
  if (!is_intact(number)) return std::nullopt;
  content.body = {base_ + data_at, length};
  return content;
}

RingReader::RingReader(std::shared_ptr<const RingMap> map)
    : map_(std::move(map)), cursor_(map_->published()), seen_(static_cast<std::uint32_t>(cursor_)) {}

void RingReader::rewind(std::int64_t since_ns) {
  const std::uint64_t slots = map_->geometry().slots;
  const std::uint64_t oldest = cursor_ > slots ? cursor_ - slots + 1 : 0;
  while (cursor_ > oldest) {
    const auto content = map_->read(cursor_ - 1);
    if (!content || content->header.published_at_ns < since_ns) break;
    --cursor_;
  }
  seen_ = map_->bell().load(std::memory_order_acquire) - 1;  // unlike the bell: the next wait returns at once
}

void RingReader::rewind_to_newest() {
  if (cursor_ > 0) --cursor_;
  seen_ = map_->bell().load(std::memory_order_acquire) - 1;
}

void RingReader::step_back(std::uint64_t skipped) {
  --cursor_;
  skipped_ = skipped;
}

namespace {

/// How many of the newest messages a reader that was overtaken goes on with: what is left is the way that the writer
/// has to go before it overtakes again. Of a few bulk messages half; of many small ones, which are read faster, most.
std::uint64_t kept_of(std::uint64_t slots) {
  constexpr std::uint64_t kMany = 64;
  return slots < kMany ? slots / 2 : slots - slots / 8;
}

}  // namespace

[[gnu::hot]] std::optional<RingMessage> RingReader::take(Mode mode) {
  seen_ = map_->bell().load(std::memory_order_acquire);
  const std::uint64_t slots = map_->geometry().slots;
  constexpr int kMostTries = 8;  // to catch up with a writer that overtakes again and again
  for (int i = 0; i < kMostTries; ++i) {
    const std::uint64_t published = map_->published();
    if (cursor_ >= published) return std::nullopt;  // (above it: the writer counts backwards, and will not be heard)
    if (published - cursor_ > slots) {
      const std::uint64_t kept = kept_of(slots);
      skipped_ += published - kept - cursor_;
      cursor_ = published - kept;
    }
    const std::uint64_t number = cursor_++;
    ++skipped_;  // until it is known to be good
    const auto content = map_->read(number);
    if (!content) continue;
    if (mode == Mode::kView)
      return RingMessage{content->header, make_recycled<const RingView>(map_, number, content->body),
                         std::exchange(skipped_, 0) - 1};
    BufferPtr copy = default_pool().take(content->body.size());
    copy->resize(0, content->body.size());
    copy_unsynchronised(copy->bytes().data(), content->body.data(), content->body.size());
    if (map_->is_intact(number)) return RingMessage{content->header, std::move(copy), std::exchange(skipped_, 0) - 1};
  }
  return std::nullopt;
}

}  // namespace ocelli
