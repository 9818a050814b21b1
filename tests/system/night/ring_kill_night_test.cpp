// 200 readers are killed while a writer publishes at 1 kHz: what it costs the writer, against the same run without
// kills. Times are reported, not judged: other programs on the machine disturb both runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ocelli/middleware/bus/ring_writer.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli::torture {
namespace {

constexpr int kKills = 200;
constexpr std::uint64_t kMessages = 20'000;  // 20 s
constexpr const char* kRingFile = "/memfd:ocelli:kills";

struct Gaps {
  double worst_ms = 0.0;       // between the ends of two publications
  double worst_call_ms = 0.0;  // within one
  std::uint64_t torn = 0;
};

struct Victim {
  Tally* tally = nullptr;
  pid_t pid = -1;
};

Victim start_reader(const RingAddress& address) {
  Victim victim{&shared_memory<Tally>(), ::fork()};
  if (victim.pid == 0) read_ring(address, {RingReader::Mode::kView, false}, ~std::uint64_t{0}, *victim.tally);
  return victim;
}

void end(Victim& victim, Gaps& gaps) {
  ::kill(victim.pid, SIGKILL);
  ::waitpid(victim.pid, nullptr, 0);
  gaps.torn += victim.tally->torn;
  ::munmap(victim.tally, sizeof(Tally));
}

/// Processes that have the memory of the ring mapped. It has no name and lives as long as its last user.
std::size_t users_of_ring() {
  std::size_t users = 0;
  std::error_code gone;
  for (const auto& process : std::filesystem::directory_iterator("/proc", gone)) {
    if (std::isdigit(static_cast<unsigned char>(process.path().filename().string().front())) == 0) continue;  // "self"
    std::ifstream maps(process.path() / "maps");
    const std::string text{std::istreambuf_iterator<char>(maps), {}};
    users += text.find(kRingFile) != std::string::npos ? 1 : 0;
  }
  return users;
}

Gaps run_at_1_khz(int kills) {
  using Clock = std::chrono::steady_clock;
  auto writer = RingWriter::create("kills", {8, 65536}, {TopicId{1}, 1});
  Gaps gaps;
  std::atomic<bool> is_done = false;
  Victim survivor = start_reader((*writer)->address());
  std::thread killer([&] {
    Gaps own;
    for (int i = 0; i < kills && !is_done; ++i) {
      Victim victim = start_reader((*writer)->address());
      std::this_thread::sleep_for(std::chrono::milliseconds(80));
      end(victim, own);
    }
    gaps.torn += own.torn;
  });
  const auto ms = [](Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); };
  std::vector<std::byte> body(65536, std::byte{7});
  auto next = Clock::now();
  auto last = next;
  for (std::uint64_t i = 1; i <= kMessages; ++i) {
    SampleHeader header;
    header.writer = 1;
    header.sequence = i;
    EXPECT_TRUE(protect(header, topics::kind_of<topics::LidarPoints>(), body));
    const auto begin = Clock::now();
    EXPECT_TRUE((*writer)->commit(header, std::span<const std::byte>(body)));
    (*writer)->wake();
    const auto now = Clock::now();
    gaps.worst_call_ms = std::max(gaps.worst_call_ms, ms(now - begin));
    gaps.worst_ms = std::max(gaps.worst_ms, ms(now - last));
    last = now;
    next += std::chrono::milliseconds(1);
    std::this_thread::sleep_until(next);
  }
  is_done = true;
  killer.join();
  EXPECT_GT(survivor.tally->accepted, kMessages / 2) << "a reader that is not killed goes on hearing";
  EXPECT_EQ(users_of_ring(), 2U) << "the writer and that reader";
  end(survivor, gaps);
  return gaps;
}

TEST(RingKillNight, KilledReadersLeaveNothingAndAccepted) {
  const Gaps calm = run_at_1_khz(0);
  EXPECT_EQ(users_of_ring(), 0U);
  const Gaps killed = run_at_1_khz(kKills);
  std::printf("worst gap %.2f ms without kills, %.2f ms with %d; worst call %.3f ms and %.3f ms\n", calm.worst_ms,
              killed.worst_ms, kKills, calm.worst_call_ms, killed.worst_call_ms);
  EXPECT_EQ(calm.torn + killed.torn, 0U);
  EXPECT_EQ(users_of_ring(), 0U) << "bytes are left behind";
}

}  // namespace
}  // namespace ocelli::torture
