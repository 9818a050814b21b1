// What there is below any bus: slots in shared memory and a futex between processes; a queue of shared pointers with a
// mutex and a condition variable within one.
#include <sys/mman.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>

#include "ocelli/middleware/bus/futex.hpp"
#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {
namespace {

constexpr std::size_t kSlots = 4;

class FutexFloor final : public Transport {
  struct Shared {
    futex::Word published = 0;
    alignas(4096) std::byte data[1];
  };

 public:
  [[nodiscard]] std::string name() const override { return "floor: shared memory + futex"; }
  void prepare(const Job& job) override {
    if (shared_ != nullptr) ::munmap(shared_, mapped_);
    stride_ = (job.size + 4095) / 4096 * 4096;
    mapped_ = sizeof(Shared) + kSlots * stride_;
    void* memory = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared_ = new (memory) Shared;
  }
  std::unique_ptr<Sender> open_sender(const Job& job) override {
    struct Writer final : Sender {
      Writer(FutexFloor& f, std::size_t s) : floor(f), size(s) {}
      void wait_for_readers(int) override {}
      std::span<std::byte> loan() override { return {floor.slot(floor.shared_->published), size}; }
      void publish() override {
        floor.shared_->published.fetch_add(1, std::memory_order_release);
        futex::wake_all(floor.shared_->published, futex::Scope::kHost);
      }
      FutexFloor& floor;
      std::size_t size;
    };
    return std::make_unique<Writer>(*this, job.size);
  }
  std::unique_ptr<Receiver> open_receiver(const Job& job, int) override {
    struct Reader final : Receiver {
      Reader(FutexFloor& f, std::size_t s) : floor(f), size(s), seen(f.shared_->published) {}
      void run(const std::function<bool(std::span<const std::byte>)>& on_message) override {
        for (int idle = 0; idle < 30;) {
          const std::uint32_t now = floor.shared_->published.load(std::memory_order_acquire);
          if (now == seen) {
            futex::wait({&floor.shared_->published, seen, futex::Scope::kHost}, 100ms);
            ++idle;
            continue;
          }
          idle = 0;
          seen = now - seen >= kSlots ? now : seen + 1;
          if (!on_message({floor.slot(seen - 1), size})) return;
        }
      }
      FutexFloor& floor;
      std::size_t size;
      std::uint32_t seen;
    };
    return std::make_unique<Reader>(*this, job.size);
  }

 private:
  std::byte* slot(std::uint32_t number) { return shared_->data + number % kSlots * stride_; }
  Shared* shared_ = nullptr;
  std::size_t stride_ = 0;
  std::size_t mapped_ = 0;
};

class QueueFloor final : public Transport {
  using Message = std::shared_ptr<std::vector<std::byte>>;
  struct Queue {
    std::mutex mutex;
    std::condition_variable condition;
    std::deque<Message> messages;
  };

 public:
  [[nodiscard]] std::string name() const override { return "floor: mutex + condvar queue"; }
  [[nodiscard]] bool is_in_process() const override { return true; }
  void prepare(const Job& job) override { queues_ = std::vector<Queue>(static_cast<std::size_t>(job.readers)); }
  std::unique_ptr<Sender> open_sender(const Job& job) override {
    struct Writer final : Sender {
      Writer(QueueFloor& f, std::size_t size) : floor(f) {
        for (std::size_t i = 0; i < kSlots; ++i) pool.push_back(std::make_shared<std::vector<std::byte>>(size));
      }
      void wait_for_readers(int) override {}
      std::span<std::byte> loan() override { return *pool[next % kSlots]; }
      void publish() override {
        const Message message = pool[next++ % kSlots];
        for (Queue& queue : floor.queues_) {
          {
            const std::lock_guard lock(queue.mutex);
            queue.messages.push_back(message);
          }
          queue.condition.notify_one();
        }
      }
      QueueFloor& floor;
      std::vector<Message> pool;
      std::size_t next = 0;
    };
    return std::make_unique<Writer>(*this, job.size);
  }
  std::unique_ptr<Receiver> open_receiver(const Job&, int index) override {
    struct Reader final : Receiver {
      explicit Reader(Queue& q) : queue(q) {}
      void run(const std::function<bool(std::span<const std::byte>)>& on_message) override {
        for (;;) {
          std::unique_lock lock(queue.mutex);
          const bool has_come = queue.condition.wait_for(lock, 3s, [this] { return !queue.messages.empty(); });
          if (!has_come) return;
          const Message message = std::move(queue.messages.front());
          queue.messages.pop_front();
          lock.unlock();
          if (!on_message(*message)) return;
        }
      }
      Queue& queue;
    };
    return std::make_unique<Reader>(queues_[static_cast<std::size_t>(index)]);
  }

 private:
  std::vector<Queue> queues_;
};

}  // namespace

std::vector<std::unique_ptr<Transport>> floor_transports() {
  std::vector<std::unique_ptr<Transport>> all;
  all.push_back(std::make_unique<FutexFloor>());
  all.push_back(std::make_unique<QueueFloor>());
  return all;
}

}  // namespace ocelli::bench
