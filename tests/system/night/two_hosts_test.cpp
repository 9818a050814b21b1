// Two hosts on one: network, process and mount namespaces of their own, a cable (veth) that loses every tenth packet,
// is pulled for longer than the lease and plugged in again. Needs root, iproute2 and iptables.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <set>
#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli {
namespace {

constexpr Duration kPatience = 60s;
constexpr int kEventsInEachPhase = 300;

bool runs(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

/// What the hosts and the test tell each other; in memory that they share.
struct Board {
  std::atomic<int> phase = 0;           // set by the test: 1 with losses, 2 cable pulled, 3 plugged in again, 4 end
  std::atomic<int> remote_readers = 0;  // as the writer's host sees them
  std::atomic<bool> hears_events = false;
  std::atomic<bool> hears_sensor = false;
  std::atomic<int> sent_events = 0;  // numbered 0, 1, 2 …
  std::atomic<int> sent_sensor = 0;
  std::atomic<int> got_events = 0;
  std::atomic<int> disordered_events = 0;
  std::atomic<int> lost_events = 0;
  std::atomic<int> got_sensor = 0;
  std::atomic<int> lost_sensor = 0;
  std::atomic<int> corrupt = 0;
  std::atomic<int> last_state = -1;
};

class Host {
 public:
  Host(const std::string& space, const std::function<void()>& body) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int fd = ::open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
    // Processes of their own numbers: the tag of the host is another one. An own /dev/shm: no shared segments.
    if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0 || ::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) ::_exit(3);
    const pid_t inner = ::fork();
    if (inner == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const bool is_apart = ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                            ::mount("tmpfs", "/dev/shm", "tmpfs", 0, nullptr) == 0 &&
                            ::mount("proc", "/proc", "proc", 0, nullptr) == 0;
      if (!is_apart) ::_exit(4);
      body();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 5);
  }
  ~Host() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  [[nodiscard]] int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 6;
  }

 private:
  pid_t pid_;
};

DdsConfig config() {
  DdsConfig result;
  result.domain = 43;
  result.is_host_only = false;
  return result;
}

constexpr double kCounted_mps = 1.0;

ocelli::msg::Fault fault_number(int number) {
  ocelli::msg::Fault fault;
  fault.id(std::to_string(number));
  return fault;
}

void write_for_ever(Board& board) {
  const LiveClock clock{LiveClock::measure_offset()};
  Bus bus(clock, std::move(*open_dds_lane(config())));
  auto events = bus.publish<topics::Faults>("two/events");
  auto sensor = bus.publish<topics::EgoMotion>("two/sensor");
  auto state = bus.publish<topics::SafetyState>("two/state");
  for (int last_state = -1; board.phase < 4;) {
    board.remote_readers = static_cast<int>((*events)->raw().remote_readers());
    if (board.phase != last_state) {
      last_state = board.phase;
      ocelli::msg::SafetyState message;
      message.mode(std::to_string(last_state));
      (*state)->publish(message, {});
    }
    if (board.phase == 0) {  // nothing is counted before the reader has heard of every writer
      (*events)->publish(fault_number(-1), {});
      (*sensor)->publish({}, {});
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const bool has_more = board.sent_events < kEventsInEachPhase * (board.phase == 1 ? 1 : 2);
    if ((board.phase == 1 || board.phase == 3) && board.remote_readers > 0 && has_more) {
      (*events)->publish(fault_number(board.sent_events++), {});
      ocelli::msg::EgoMotion counted;
      counted.speed_mps(kCounted_mps);
      (*sensor)->publish(counted, {});
      ++board.sent_sensor;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void read_for_ever(Board& board) {
  const LiveClock clock{LiveClock::measure_offset()};
  Bus bus(clock, std::move(*open_dds_lane(config())));
  Signal signal;
  auto events = bus.subscribe<topics::Faults>("two/events", &signal);
  auto sensor = bus.subscribe<topics::EgoMotion>("two/sensor", &signal);
  auto state = bus.subscribe<topics::SafetyState>("two/state", &signal);
  int last = -1;
  while (board.phase < 4) {
    signal.wait_for(50ms);
    while (const auto received = (*events)->take()) {
      ocelli::msg::Fault fault;
      if (!topics::decode(received->sample->cdr->bytes(), fault)) ++board.corrupt;
      const int number = std::atoi(fault.id().c_str());
      board.hears_events = true;
      if (number < 0) continue;
      if (number <= last) ++board.disordered_events;
      last = number;
      board.lost_events += static_cast<int>(received->lost);
      ++board.got_events;
    }
    while (const auto received = (*sensor)->take()) {
      if (received->integrity != Integrity::kTrusted) ++board.corrupt;
      board.hears_sensor = true;
      ocelli::msg::EgoMotion ego;
      if (!topics::decode(received->sample->cdr->bytes(), ego)) ++board.corrupt;
      if (ego.speed_mps() != kCounted_mps) continue;
      board.lost_sensor += static_cast<int>(received->lost);
      ++board.got_sensor;
    }
    while (const auto received = (*state)->take()) {
      ocelli::msg::SafetyState message;
      if (topics::decode(received->sample->cdr->bytes(), message)) board.last_state = std::atoi(message.mode().c_str());
    }
  }
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return condition();
}

/// Two namespaces and the cable between them.
struct Cable {
  Cable() {
    is_there = runs("ip netns add " + a) && runs("ip netns add " + b) &&
               runs(fmt::format("ip link add oc0 netns {} type veth peer name oc0 netns {}", a, b)) &&
               runs(fmt::format("ip -n {} addr add 10.77.0.1/24 dev oc0", a)) &&
               runs(fmt::format("ip -n {} addr add 10.77.0.2/24 dev oc0", b));
    for (const std::string& end : {a, b})
      is_there = is_there && runs(fmt::format("ip -n {} link set lo up", end)) &&
                 runs(fmt::format("ip -n {} link set oc0 up", end)) &&
                 runs(fmt::format("ip netns exec {} iptables -A INPUT -i oc0 -m statistic --mode random "
                                  "--probability 0.1 -j DROP",
                                  end));
    // Fast DDS uses the interfaces that run when a participant is made, and a new link takes a moment to.
    for (const std::string& end : {a, b})
      is_there =
          is_there && eventually([&] { return runs(fmt::format("ip -n {} link show oc0 | grep 'state UP'", end)); });
  }
  ~Cable() {
    runs("ip netns del " + a);
    runs("ip netns del " + b);
  }
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;
  /// What comes in is dropped on both sides; the interfaces stay up, as with a switch in between.
  [[nodiscard]] bool pull(bool is_pulled) const {
    const char* const verb = is_pulled ? "-I" : "-D";
    return runs(fmt::format("ip netns exec {} iptables {} INPUT -i oc0 -j DROP", a, verb)) &&
           runs(fmt::format("ip netns exec {} iptables {} INPUT -i oc0 -j DROP", b, verb));
  }
  const std::string a = fmt::format("ocelli-a-{}", ::getpid());
  const std::string b = fmt::format("ocelli-b-{}", ::getpid());
  bool is_there = false;
};

TEST(TwoHosts, LossesAreRepairedOrCountedAndAPartitionHeals) {
  const Cable cable;
  if (!cable.is_there) GTEST_SKIP() << "skipped: needs root, network namespaces, iproute2 and iptables";
  auto& board = torture::shared_memory<Board>();
  Host writer(cable.a, [&] { write_for_ever(board); });
  Host reader(cable.b, [&] { read_for_ever(board); });
  ASSERT_TRUE(eventually([&] { return board.remote_readers > 0; })) << "discovery in spite of losses";
  ASSERT_TRUE(eventually([&] { return board.hears_events && board.hears_sensor; })) << "every writer is heard";
  board.phase = 1;
  EXPECT_TRUE(eventually([&] { return board.got_events >= kEventsInEachPhase; }))
      << board.got_events << " of " << board.sent_events << " events";
  EXPECT_EQ(board.lost_events, 0) << "reliable: repaired";
  EXPECT_EQ(board.disordered_events, 0);
  EXPECT_GT(board.lost_sensor, 0) << "best effort: lost";
  EXPECT_GT(board.got_sensor, kEventsInEachPhase / 2);
  EXPECT_NEAR(board.got_sensor + board.lost_sensor, board.sent_sensor, 20) << "counted, but for the last ones";

  ASSERT_TRUE(cable.pull(true));
  board.phase = 2;
  EXPECT_TRUE(eventually([&] { return board.remote_readers == 0; })) << "the lease ends";
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_NE(board.last_state, 2) << "the cable is pulled";
  ASSERT_TRUE(cable.pull(false));
  EXPECT_TRUE(eventually([&] { return board.remote_readers > 0; })) << "both find each other again";
  EXPECT_TRUE(eventually([&] { return board.last_state == 2; })) << "the state that was published meanwhile";
  board.phase = 3;
  EXPECT_TRUE(eventually([&] { return board.got_events >= 2 * kEventsInEachPhase; }))
      << board.got_events << " of " << board.sent_events << " events";
  EXPECT_EQ(board.disordered_events, 0);
  EXPECT_EQ(board.corrupt, 0);
  board.phase = 4;
  EXPECT_EQ(writer.wait(), 0);
  EXPECT_EQ(reader.wait(), 0);
}

}  // namespace
}  // namespace ocelli
