// kill -9 on either end of a ring. Children are forked before this process starts Fast DDS.
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "ocelli/launch/leftovers.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli {
namespace {

constexpr Duration kPatience = 20s;
constexpr auto kShm = "/dev/shm";

/// Names in /dev/shm that a process has mapped or open.
std::set<std::string> shm_names_of(pid_t pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  const std::string prefix = std::string(kShm) + '/';
  std::set<std::string> names;
  std::ifstream maps(process / "maps");
  for (std::string line; std::getline(maps, line);)
    if (const std::size_t at = line.find(prefix); at != std::string::npos) {
      const std::size_t begin = at + prefix.size();
      names.insert(line.substr(begin, line.find(' ', begin) - begin));
    }
  std::error_code failure;
  for (std::filesystem::directory_iterator file(process / "fd", failure), end; !failure && file != end;
       file.increment(failure)) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(file->path(), gone).string();
    if (target.starts_with(prefix)) names.insert(target.substr(prefix.size()));
  }
  return names;
}

/// A folder like /proc without ourselves: Fast DDS unmaps what it read from others at our end only.
struct OtherProcesses {
  OtherProcesses() {
    std::filesystem::create_directory(folder);
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename().string();
      if (std::isdigit(static_cast<unsigned char>(name[0])) != 0 && name != std::to_string(::getpid()))
        std::filesystem::create_directory_symlink(entry.path(), folder / name);
    }
  }
  ~OtherProcesses() { std::filesystem::remove_all(folder); }
  OtherProcesses(const OtherProcesses&) = delete;
  OtherProcesses& operator=(const OtherProcesses&) = delete;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("ocelli-crash-proc-" + std::to_string(::getpid()));
};

/// What killed processes had there and nobody uses any more. These files are old enough: their makers are dead.
std::vector<launch::Leftover> leftovers_among(const std::set<std::string>& names) {
  const OtherProcesses others;
  auto leftovers = launch::find_leftovers(kShm, others.folder, std::chrono::seconds(0));
  EXPECT_TRUE(leftovers) << leftovers.error().message;
  if (!leftovers) return {};
  std::erase_if(leftovers->dead, [&](const auto& file) { return !names.contains(file.path.filename().string()); });
  return leftovers->dead;
}

struct Child {
  explicit Child(const std::function<void()>& body) : pid(::fork()) {
    if (pid != 0) return;
    body();
    ::_exit(0);
  }
  /// Behind the end of a bus that had its files open.
  ~Child() {
    kill();
    EXPECT_TRUE(launch::remove_leftovers(leftovers_among(shm_names)));
    for (const std::string& name : shm_names)
      EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(kShm) / name)) << name;
  }
  void kill() {
    if (pid <= 0) return;
    ::kill(pid, SIGSTOP);  // what it has is what it will leave
    ::waitpid(pid, nullptr, WUNTRACED);
    const std::set<std::string> mapped = shm_names_of(pid);
    shm_names = mapped;
    for (const std::string& name : mapped)  // a port's lock is mapped only while it is taken
      if (name.starts_with("fastrtps_port")) shm_names.insert("sem." + name + "_mutex");
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  pid_t pid;
  std::set<std::string> shm_names;  // of a killed process
};

/// A writer process that publishes its number ten times a second.
void publish_for_ever(const std::string& partition, int number, std::atomic<bool>& may_start) {
  while (!may_start) ::usleep(1000);
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.partition = partition;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  auto publisher = bus.publish<topics::EgoMotion>("crash/ego");
  for (;;) {
    ocelli::msg::EgoMotion ego;
    ego.speed_mps(number);
    (*publisher)->publish(std::move(ego), {});
    ::usleep(100'000);
  }
}

/// Takes until a message of writer `number` has come.
bool hears(Subscription& subscription, Signal& signal, int number) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    while (const auto received = subscription.take()) {
      ocelli::msg::EgoMotion ego;
      if (topics::decode(received->sample->cdr->bytes(), ego) && ego.speed_mps() == number) return true;
    }
    signal.wait_for(50ms);
  }
  return false;
}

TEST(BusCrash, ReadersOutliveTheirWriterAndHearItsSuccessor) {
  RecordProperty("verifies", "REQ-BUS-003");
  const std::string partition = fmt::format("ocelli-crash-{}", ::getpid());
  auto& first_may_start = torture::shared_memory<std::atomic<bool>>();
  auto& second_may_start = torture::shared_memory<std::atomic<bool>>();
  Child first([&] { publish_for_ever(partition, 1, first_may_start); });
  Child second([&] { publish_for_ever(partition, 2, second_may_start); });
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.partition = partition;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  Signal signal;
  auto subscription = bus.subscribe<topics::EgoMotion>("crash/ego", &signal);
  ASSERT_TRUE(subscription);
  first_may_start = true;
  ASSERT_TRUE(hears(**subscription, signal, 1));
  first.kill();
  second_may_start = true;
  EXPECT_TRUE(hears(**subscription, signal, 2));
  second.kill();
  for (const Child* child : {&first, &second})
    EXPECT_TRUE(child->shm_names.empty()) << "nothing of ours has a name there";
}

TEST(BusCrash, WhatOtherKilledFastDdsProgramsLeaveIsFoundAndRemoved) {
  auto& is_open = torture::shared_memory<std::atomic<bool>>();
  Child stranger([&] {
    namespace fdds = eprosima::fastdds::dds;
    constexpr int kDomain = 97;
    auto* factory = fdds::DomainParticipantFactory::get_instance();
    is_open = factory->create_participant(kDomain, fdds::PARTICIPANT_QOS_DEFAULT) != nullptr;
    for (;;) ::pause();
  });
  for (int i = 0; i < 1000 && !is_open; ++i) ::usleep(10'000);
  ASSERT_TRUE(is_open);
  stranger.kill();
  EXPECT_FALSE(stranger.shm_names.empty()) << "Fast DDS keeps its segments there";
  EXPECT_FALSE(leftovers_among(stranger.shm_names).empty());
}

TEST(BusCrash, ThatAWriterWasKilledIsSeenWithinItsLease) {
  const std::string partition = fmt::format("ocelli-lease-{}", ::getpid());
  auto& may_start = torture::shared_memory<std::atomic<bool>>();
  Child writer([&] { publish_for_ever(partition, 1, may_start); });
  DdsConfig config;
  config.partition = partition;
  const auto lane = std::move(*open_dds_lane(config));
  std::atomic<int> writers = 0;
  ReaderEvents events;
  events.on_frame = [](NetworkFrame) {};
  events.on_writer = [&](const PeerId&, std::span<const std::byte>) {
    ++writers;
    return RingVerdict::kRead;
  };
  events.on_writer_gone = [&](const PeerId&) { --writers; };
  const auto reader = lane->open_reader("crash/ego", topics::kind_of<topics::EgoMotion>(), std::move(events));
  ASSERT_TRUE(reader);
  may_start = true;
  const auto becomes = [&](int count, Duration limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (writers != count && std::chrono::steady_clock::now() < end) ::usleep(10'000);
    return writers == count;
  };
  ASSERT_TRUE(becomes(1, kPatience));
  writer.kill();
  constexpr Duration kLease = 1s;
  EXPECT_TRUE(becomes(0, 3 * kLease)) << "on a busy machine discovery itself may be late";
}

TEST(BusCrash, AWriterDoesNotNoticeThatItsReadersAreKilled) {
  RecordProperty("verifies", "REQ-BUS-002");
  auto writer = RingWriter::create("crash", {8, 1024}, {TopicId{1}, 1});
  ASSERT_TRUE(writer);
  const std::vector<std::byte> body(512);
  std::uint64_t sequence = 0;
  const auto publish = [&](int count) {
    for (int i = 0; i < count; ++i) {
      SampleHeader header;
      header.sequence = ++sequence;
      ASSERT_TRUE(protect(header, topics::kind_of<topics::LidarPoints>(), body));
      ASSERT_TRUE((*writer)->commit(header, body));
      (*writer)->wake();
    }
  };
  for (int kill = 0; kill < 20; ++kill) {
    auto& tally = torture::shared_memory<torture::Tally>();
    Child reader([&] { torture::read_ring((*writer)->address(), {}, ~std::uint64_t{0}, tally); });
    while (!tally.is_ready) ::usleep(100);
    while (tally.accepted < 50) publish(10);
    reader.kill();
    EXPECT_EQ(tally.torn, 0U);
    publish(20);
  }
}

}  // namespace
}  // namespace ocelli
