#include "ocelli/middleware/bus/ring_writer.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {
namespace {

void store_header(SampleHeader& to, const SampleHeader& from) {
  copy_unsynchronised(reinterpret_cast<std::byte*>(&to), reinterpret_cast<const std::byte*>(&from), sizeof(from));
}

}  // namespace

/// The mapped file and who uses which buffer.
class RingMemory {
 public:
  RingMemory(int fd, std::byte* base, const RingGeometry& geometry)
      : fd_(fd), base_(base), geometry_(geometry), window_(geometry.slots, kNone), uses_(geometry.buffers()) {
    for (std::uint64_t i = geometry.buffers(); i > 0; --i) free_.push_back(static_cast<std::uint32_t>(i - 1));
    prefault(base, geometry, Access::kWrite);
    head_ = new (base) RingHead;
    slots_ = new (base + geometry.slots_at()) SlotHead[geometry.slots];
  }
  ~RingMemory() {
    ::munmap(base_, geometry_.file_size());
    ::close(fd_);
  }
  RingMemory(const RingMemory&) = delete;
  RingMemory& operator=(const RingMemory&) = delete;

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// The buffer that was given back last is the likeliest to be in the caches. kNone when all are in use.
  std::uint32_t acquire() {
    release(left_.exchange(kNone, std::memory_order_acq_rel));
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return kNone;
    const std::uint32_t index = free_.back();
    free_.pop_back();
    uses_[index].store(1, std::memory_order_relaxed);
    return index;
  }
  void release(std::uint32_t index) {
    if (index == kNone || uses_[index].fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::lock_guard lock(mutex_);
    free_.push_back(index);
  }
  void hold(std::uint32_t index) { uses_[index].fetch_add(1, std::memory_order_relaxed); }

  /// Puts message `next_` into its slot, which takes over the caller's use of the buffer.
  void publish(const SampleHeader& header, std::uint32_t index, const std::byte* body) {
    const std::uint64_t number = next_++;
    SlotHead& slot = slots_[number % geometry_.slots];
    slot.generation.store(2 * number + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    __atomic_store_n(&slot.data_at, static_cast<std::uint64_t>(body - base_), __ATOMIC_RELAXED);
    store_header(slot.header, header);
    slot.generation.store(2 * number + 2, std::memory_order_release);
    head_->published.store(number + 1, std::memory_order_release);
    head_->bell.store(static_cast<std::uint32_t>(number + 1), std::memory_order_release);
    // Given back when the next buffer is wanted: readers are woken first.
    release(left_.exchange(std::exchange(window_[number % geometry_.slots], index), std::memory_order_acq_rel));
  }

  /// The buffer that the bytes lie in; kNone when it is none of ours.
  [[nodiscard]] std::uint32_t index_of(const std::byte* bytes) const {
    const auto at = reinterpret_cast<std::uintptr_t>(bytes) - reinterpret_cast<std::uintptr_t>(data(0));
    return at < geometry_.buffers() * geometry_.stride() ? static_cast<std::uint32_t>(at / geometry_.stride()) : kNone;
  }

  [[nodiscard]] std::byte* data(std::uint32_t index) const {
    return base_ + geometry_.data_at() + index * geometry_.stride();
  }
  [[nodiscard]] RingHead& head() { return *head_; }
  [[nodiscard]] const RingGeometry& geometry() const { return geometry_; }

 private:
  const int fd_;
  std::byte* const base_;
  const RingGeometry geometry_;
  RingHead* head_ = nullptr;
  SlotHead* slots_ = nullptr;
  std::uint64_t next_ = 0;
  std::vector<std::uint32_t> window_;             // buffer of each slot's message
  std::atomic<std::uint32_t> left_ = kNone;       // has left the window and is not given back yet
  std::vector<std::atomic<std::uint32_t>> uses_;  // of each buffer: the window, loans, holders in this process
  std::mutex mutex_;                              // guards free_; only threads of this process take it
  std::vector<std::uint32_t> free_;
};

namespace {

/// A loan, or a published message that somebody in this process holds.
class RingBuffer final : public Buffer {
 public:
  RingBuffer(std::shared_ptr<RingMemory> memory, std::uint32_t index)
      : Buffer(memory->data(index), memory->geometry().capacity), memory_(std::move(memory)), index_(index) {}
  ~RingBuffer() override { memory_->release(index_); }
  RingBuffer(const RingBuffer&) = delete;
  RingBuffer& operator=(const RingBuffer&) = delete;

 private:
  const std::shared_ptr<RingMemory> memory_;
  const std::uint32_t index_;
};

struct MemoryFile {
  int fd = -1;
  std::byte* base = nullptr;
};

/// Sized, mapped, then sealed: nobody resizes it, and later maps are read-only.
Result<MemoryFile> make_file(const std::string& name, std::uint64_t size) {
  MemoryFile file;
  file.fd = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file.fd < 0) return error(ErrorCode::kUnavailable, "no memory file for {}: {}", name, std::strerror(errno));
  void* base = MAP_FAILED;
  if (::ftruncate(file.fd, static_cast<off_t>(size)) == 0)
    base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd, 0);
  constexpr int kSeals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (base == MAP_FAILED || ::fcntl(file.fd, F_ADD_SEALS, kSeals) != 0) {
    const int reason = errno;
    if (base != MAP_FAILED) ::munmap(base, size);
    ::close(file.fd);
    return error(ErrorCode::kUnavailable, "no memory file of {} bytes for {}: {}", size, name, std::strerror(reason));
  }
  file.base = static_cast<std::byte*>(base);
  return file;
}

}  // namespace

Result<std::unique_ptr<RingWriter>> RingWriter::create(const std::string& name, const RingGeometry& geometry,
                                                       const RingIdentity& identity) {
  OCELLI_ASSIGN(const MemoryFile file, make_file("ocelli:" + name.substr(0, 200), geometry.file_size()));
  auto memory = std::make_shared<RingMemory>(file.fd, file.base, geometry);
  RingHead& head = memory->head();
  head.slots = geometry.slots;
  head.capacity = geometry.capacity;
  head.type_hash = identity.type_hash;
  head.topic = identity.topic;
  std::unique_ptr<RingWriter> writer(new RingWriter(std::move(memory)));
  writer->address_.host = this_host();
  writer->address_.pid = static_cast<std::uint32_t>(::getpid());
  writer->address_.fd = file.fd;
  OCELLI_ASSIGN(writer->address_.process_start, process_start(writer->address_.pid));
  return writer;
}

RingWriter::~RingWriter() = default;

[[gnu::hot]] BufferPtr RingWriter::take(std::size_t capacity) {
  if (capacity <= memory_->geometry().capacity) {
    const std::uint32_t index = memory_->acquire();
    if (index != RingMemory::kNone) return make_recycled<RingBuffer>(memory_, index);
  }
  return default_pool().take(capacity);
}

[[gnu::hot]] bool RingWriter::commit(const SampleHeader& header, const ConstBufferPtr& cdr) {
  const std::byte* const body = cdr->bytes().data();
  const std::uint32_t index = memory_->index_of(body);
  if (index == RingMemory::kNone) return commit(header, cdr->bytes());
  memory_->hold(index);
  memory_->publish(header, index, body);
  return true;
}

[[gnu::hot]] bool RingWriter::commit(const SampleHeader& header, std::span<const std::byte> body) {
  if (body.size() > memory_->geometry().capacity) return false;
  const std::uint32_t index = memory_->acquire();
  if (index == RingMemory::kNone) return false;
  copy_unsynchronised(memory_->data(index), body.data(), body.size());
  memory_->publish(header, index, memory_->data(index));
  return true;
}

void RingWriter::commit_mark(const SampleHeader& header) {
  memory_->publish(header, RingMemory::kNone, memory_->data(0));
}

[[gnu::hot]] void RingWriter::wake() const { futex::wake_all(memory_->head().bell, futex::Scope::kHost); }

const RingGeometry& RingWriter::geometry() const { return memory_->geometry(); }

}  // namespace ocelli
