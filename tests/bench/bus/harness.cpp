#include "ocelli/tests/bench/bus/harness.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <new>
#include <optional>
#include <thread>

namespace ocelli::bench {
namespace {

constexpr std::size_t kMostKept = 20'000;  // latencies of one reader
constexpr std::size_t kMostReaders = 16;
constexpr std::size_t kPage = 4096;
constexpr int kPatienceMs = 30'000;                // for readers to be there: one may have failed
constexpr auto kSettle = std::chrono::seconds(1);  // discovery goes on after the readers are there

/// Memory of all processes of a round.
struct Board {
  std::atomic<int> ready = 0;
  std::atomic<std::int64_t> cpu_ns = 0;
  std::array<std::atomic<std::uint64_t>, kMostReaders> received{};
  std::array<std::atomic<std::int64_t>, kMostReaders> first_ns{};
  std::array<std::atomic<std::int64_t>, kMostReaders> last_ns{};
  std::array<std::array<std::int64_t, kMostKept>, kMostReaders> latency_ns{};
  std::array<std::int64_t, kMostKept> write_ns{};
  std::array<std::int64_t, kMostKept> publish_ns{};
  std::uint64_t sent = 0;
  std::atomic<std::int64_t> began_ns = 0;
  std::atomic<std::int64_t> ended_ns = 0;
};

std::int64_t cpu_ns() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return spent.tv_sec * 1'000'000'000LL + spent.tv_nsec;
}

/// Adds what the process spends while this lives, from the first message on: one per process, so not in the readers
/// that are threads.
class CpuMeter {
 public:
  CpuMeter(Board& board, const Transport& transport, bool is_reader)
      : board_(board), counts_(!(is_reader && transport.is_in_process())) {}
  ~CpuMeter() {
    if (counts_) board_.cpu_ns += cpu_ns() - begin_;
  }
  CpuMeter(const CpuMeter&) = delete;
  CpuMeter& operator=(const CpuMeter&) = delete;

 private:
  Board& board_;
  const bool counts_;
  const std::int64_t begin_ = cpu_ns();
};

double quantile_us(std::vector<std::int64_t>& values, double q) {
  if (values.empty()) return 0.0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return static_cast<double>(values[at]) / 1e3;
}

void receive(Transport& transport, const Job& job, Board& board, int index) {
  const auto receiver = transport.open_receiver(job, index);
  ++board.ready;
  std::optional<CpuMeter> meter;
  const auto at = static_cast<std::size_t>(index);
  receiver->run([&](std::span<const std::byte> payload) {
    volatile std::byte sink{};
    for (std::size_t i = 0; i < payload.size(); i += kPage) sink = payload[i];
    static_cast<void>(sink);
    const std::int64_t now = now_ns();
    if (!meter) meter.emplace(board, transport, true);
    Stamp stamp;
    std::memcpy(&stamp, payload.data(), sizeof(stamp));
    if (stamp.sequence <= job.warm_up) return true;
    const std::uint64_t count = board.received[at]++;
    if (count == 0) board.first_ns[at] = now;
    board.last_ns[at] = now;
    if (count < kMostKept) board.latency_ns[at][count] = now - stamp.sent_ns;
    return stamp.sequence < job.warm_up + job.messages;
  });
}

void send(Transport& transport, const Job& job, Board& board) {
  const auto sender = transport.open_sender(job);
  for (int i = 0; i < kPatienceMs && board.ready < job.readers; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  sender->wait_for_readers(job.readers);
  std::this_thread::sleep_for(kSettle);
  const CpuMeter meter(board, transport, false);
  auto next = std::chrono::steady_clock::now();
  for (std::uint64_t i = 1; i <= job.warm_up + job.messages; ++i) {
    if (i == job.warm_up + 1) board.began_ns = now_ns();
    const std::int64_t begin = now_ns();
    const auto payload = sender->loan();
    if (payload.empty()) continue;
    std::memset(payload.data(), static_cast<int>(i), payload.size());
    const Stamp stamp{i, now_ns()};
    std::memcpy(payload.data(), &stamp, sizeof(stamp));
    sender->publish();
    if (i > job.warm_up) {
      const std::uint64_t at = board.sent++;
      if (at < kMostKept) {
        board.write_ns[at] = stamp.sent_ns - begin;
        board.publish_ns[at] = now_ns() - stamp.sent_ns;
      }
    }
    if (job.period == Duration::zero()) continue;
    next += job.period;
    std::this_thread::sleep_until(next);
  }
  board.ended_ns = now_ns();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

Round evaluate(const Job& job, const Board& board) {
  Round result;
  std::vector<std::int64_t> all;
  for (int r = 0; r < job.readers; ++r) {
    const auto at = static_cast<std::size_t>(r);
    const std::uint64_t received = board.received[at];
    result.lost += job.messages - std::min<std::uint64_t>(received, job.messages);
    const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(received, kMostKept));
    all.insert(all.end(), board.latency_ns[at].begin(), board.latency_ns[at].begin() + kept);
  }
  const auto sent = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(board.sent, kMostKept));
  std::vector<std::int64_t> write(board.write_ns.begin(), board.write_ns.begin() + sent);
  std::vector<std::int64_t> publish(board.publish_ns.begin(), board.publish_ns.begin() + sent);
  result.p50 = quantile_us(all, 0.5);
  result.p99 = quantile_us(all, 0.99);
  result.p999 = quantile_us(all, 0.999);
  result.write_p50 = quantile_us(write, 0.5);
  result.publish_p50 = quantile_us(publish, 0.5);
  const auto rate = [](std::uint64_t count, std::int64_t span_ns) {
    return span_ns > 0 ? static_cast<double>(count) * 1e9 / static_cast<double>(span_ns) : 0.0;
  };
  result.sent_per_s = rate(board.sent, board.ended_ns - board.began_ns);
  result.received_per_s = rate(board.received[0], board.last_ns[0] - board.first_ns[0]);
  result.cpu_per_message = static_cast<double>(board.cpu_ns) / 1e3 / static_cast<double>(job.messages + job.warm_up);
  return result;
}

pid_t in_process(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  body();
  ::_exit(0);
}

bool ends_well(pid_t child) {
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Round run_round(Transport& transport, const Job& job) {
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Board& board = *new (memory) Board;
  transport.prepare(job);
  std::vector<pid_t> children;
  if (transport.is_in_process()) {
    children.push_back(in_process([&] {
      std::vector<std::thread> threads;
      for (int r = 0; r < job.readers; ++r) threads.emplace_back([&, r] { receive(transport, job, board, r); });
      send(transport, job, board);
      for (std::thread& thread : threads) thread.join();
    }));
  } else {
    for (int r = 0; r < job.readers; ++r) children.push_back(in_process([&] { receive(transport, job, board, r); }));
    children.push_back(in_process([&] { send(transport, job, board); }));
  }
  const auto failed = std::count_if(children.begin(), children.end(), [](pid_t child) { return !ends_well(child); });
  transport.clean_up(job);
  Round result = evaluate(job, board);
  result.failed = static_cast<int>(failed);
  ::munmap(memory, sizeof(Board));
  return result;
}

}  // namespace ocelli::bench
