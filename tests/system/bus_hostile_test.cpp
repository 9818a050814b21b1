// Bytes that nobody of good will sends: at the sockets of discovery and data, and in a ring whose writer runs amok. The
// attacked processes are children; what they do is seen in shared memory.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/middleware/bus/ring_pair.hpp"
#include "ocelli/tests/system/ring_torture.hpp"

namespace ocelli {
namespace {

using Packet = std::vector<std::uint8_t>;

constexpr std::uint32_t kDomain = 77;  // of this test alone
constexpr int kFirstPort = 7400 + 250 * kDomain;
constexpr int kPorts = 32;  // discovery and data, multicast and of the first participants
constexpr const char* kGroup = "239.255.0.1";
constexpr auto kPatience = std::chrono::seconds(20);

struct Tally {
  std::atomic<bool> is_over = false;          // the children end
  std::atomic<std::uint64_t> by_ring = 0;     // messages that came
  std::atomic<std::uint64_t> by_network = 0;  // of a topic whose messages do not fit into its ring
};

void open_bus_and(const std::function<void(Bus&)>& body) {
  const LiveClock clock{LiveClock::measure_offset()};
  DdsConfig config;
  config.domain = kDomain;
  Bus bus(clock, std::move(*open_dds_lane(config)));
  body(bus);
}

void write_until_over(const Tally& tally) {
  open_bus_and([&](Bus& bus) {
    bus.set_ring_size("hostile/network", {.slots = 2, .message_bytes = 64});
    auto small = bus.publish<topics::EgoMotion>("hostile/ring");
    auto beside = bus.publish<topics::EgoMotion>("hostile/network");
    while (!tally.is_over) {
      (*small)->publish({}, {});
      (*beside)->publish({}, {});
      ::usleep(5000);
    }
  });
}

void read_until_over(Tally& tally) {
  open_bus_and([&](Bus& bus) {
    Signal signal;
    auto small = bus.subscribe<topics::EgoMotion>("hostile/ring", &signal);
    auto beside = bus.subscribe<topics::EgoMotion>("hostile/network", &signal);
    while (!tally.is_over) {
      signal.wait_for(100ms);
      while (const auto received = (*small)->take()) tally.by_ring += received->integrity == Integrity::kTrusted;
      while (const auto received = (*beside)->take()) tally.by_network += received->integrity == Integrity::kTrusted;
    }
  });
}

/// Ends by itself when the test is over, so that Fast DDS takes its files away; killed only if it does not.
struct Child {
  Child(Tally& tally, const std::function<void()>& body) : tally_(tally), pid_(::fork()) {
    if (pid_ != 0) return;
    body();
    ::_exit(0);
  }
  ~Child() {
    tally_.is_over = true;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (is_alive() && std::chrono::steady_clock::now() < deadline) ::usleep(5000);
    if (has_ended_) return;
    ADD_FAILURE() << "a child had to be killed";
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] bool is_alive() {
    if (!has_ended_) has_ended_ = ::waitpid(pid_, nullptr, WNOHANG) != 0;
    return !has_ended_;
  }

 private:
  Tally& tally_;
  pid_t pid_;
  bool has_ended_ = false;
};

sockaddr_in address_of(const char* ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, ip, &address.sin_addr);
  return address;
}

/// A socket that hears and sends on the loopback interface.
struct Attacker {
  Attacker() : fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    const sockaddr_in any = address_of("0.0.0.0", kFirstPort);
    is_hearing = ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof(any)) == 0;
    ip_mreq group{};
    ::inet_pton(AF_INET, kGroup, &group.imr_multiaddr);
    ::inet_pton(AF_INET, "127.0.0.1", &group.imr_interface);
    ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
    ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface, sizeof(group.imr_interface));
  }
  ~Attacker() { ::close(fd); }
  Attacker(const Attacker&) = delete;
  Attacker& operator=(const Attacker&) = delete;

  /// Packets of the attacked participants, to be changed and sent again.
  std::vector<Packet> listen(std::size_t count) const {
    std::vector<Packet> heard;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (heard.size() < count && std::chrono::steady_clock::now() < deadline) {
      Packet packet(65536);
      const ssize_t size = ::recv(fd, packet.data(), packet.size(), 0);
      if (size > 0) {
        packet.resize(static_cast<std::size_t>(size));
        heard.push_back(std::move(packet));
      } else {
        ::usleep(2000);
      }
    }
    return heard;
  }

  void send(const Packet& packet, const char* ip, int port) const {
    const sockaddr_in to = address_of(ip, port);
    ::sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  }

  int fd;
  bool is_hearing = false;
};

class Garbage {
 public:
  explicit Garbage(std::vector<Packet> heard) : heard_(std::move(heard)) {}

  Packet next() {
    switch (number(0, 3)) {
      case 0: return noise(number(0, 2000));
      case 1: return behind_header(noise(number(0, 600)));
      case 2: return behind_header(submessages());
      default: return heard_.empty() ? noise(64) : mutated();
    }
  }

 private:
  std::size_t number(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(random_);
  }
  Packet noise(std::size_t size) {
    Packet packet(size);
    std::generate(packet.begin(), packet.end(), [this] { return static_cast<std::uint8_t>(number(0, 255)); });
    return packet;
  }
  /// "RTPS", version 2.3, a vendor, a prefix: what follows is parsed.
  Packet behind_header(const Packet& rest) {
    Packet packet = {'R', 'T', 'P', 'S', 2, 3, 1, 15};
    for (int i = 0; i < 12; ++i) packet.push_back(static_cast<std::uint8_t>(number(0, 3)));
    packet.insert(packet.end(), rest.begin(), rest.end());
    return packet;
  }
  /// Known kinds of submessage with lengths that lie; DATA goes to the readers of discovery.
  Packet submessages() {
    constexpr std::array<std::uint8_t, 13> kKinds = {0x01, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0e,
                                                     0x0f, 0x12, 0x13, 0x15, 0x16, 0x80};
    constexpr std::array<std::uint32_t, 4> kReaders = {0x000100C7, 0x000003C7, 0x000004C7, 0x000200C7};
    Packet packet;
    for (std::size_t i = number(1, 4); i > 0; --i) {
      Packet body = noise(number(0, 120));
      if (body.size() >= 12) {
        const std::uint32_t reader = kReaders[number(0, kReaders.size() - 1)];
        body[0] = body[1] = 0;
        body[2] = 16;
        body[3] = 0;  // octets to the inline QoS
        for (int b = 0; b < 4; ++b) body[4 + b] = static_cast<std::uint8_t>(reader >> (24 - 8 * b));
        for (int b = 0; b < 4; ++b) body[8 + b] = static_cast<std::uint8_t>((reader - 5) >> (24 - 8 * b));
      }
      const std::size_t claimed = number(0, 2) == 0 ? number(0, 65535) : body.size();
      packet.push_back(kKinds[number(0, kKinds.size() - 1)]);
      packet.push_back(static_cast<std::uint8_t>(number(0, 15) | 1U));  // little-endian
      packet.push_back(static_cast<std::uint8_t>(claimed));
      packet.push_back(static_cast<std::uint8_t>(claimed >> 8));
      packet.insert(packet.end(), body.begin(), body.end());
    }
    return packet;
  }
  Packet mutated() {
    Packet packet = heard_[number(0, heard_.size() - 1)];
    for (std::size_t i = number(1, 8); i > 0 && packet.size() > 20; --i)
      packet[number(8, packet.size() - 1)] = static_cast<std::uint8_t>(number(0, 255));
    if (number(0, 3) == 0) packet.resize(number(0, packet.size()));
    return packet;
  }

  std::mt19937_64 random_{2026};
  std::vector<Packet> heard_;
};

void put(Packet& packet, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) packet[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// Writes over every place where `packet` has `from`.
void replace(Packet& packet, const Packet& from, const Packet& to) {
  for (auto at = packet.begin();; at += static_cast<std::ptrdiff_t>(to.size())) {
    at = std::search(at, packet.end(), from.begin(), from.end());
    if (at == packet.end()) return;
    std::copy(to.begin(), to.end(), at);
  }
}

/// Announcements of the attacked that lie about their address and how long they are to be believed. Fast DDS would take
/// them, and the true ones for old from then on.
std::vector<Packet> forged_announcements(const Packet& heard) {
  constexpr std::size_t kNumberAt = 52;  // of the sequence, low half: header, time, head of the data
  const Packet lease_of_1_s = {2, 0, 8, 0, 1, 0, 0, 0};
  std::vector<Packet> forged;
  if (heard.size() < 100) return forged;
  for (const std::uint8_t lease_s : {std::uint8_t{0}, std::uint8_t{1}}) {
    Packet packet = heard;
    replace(packet, lease_of_1_s, {2, 0, 8, 0, lease_s, 0, 0, 0});
    replace(packet, {127, 0, 0, 1}, {127, 236, 0, 1});
    for (const std::size_t of_name : {10, 14}) {  // from somebody else
      forged.push_back(packet);
      forged.back()[of_name] ^= 0x55U;
    }
    put(packet, kNumberAt, 0x10000U << lease_s);
    forged.push_back(packet);
  }
  return forged;
}

/// As from a participant that was heard: heartbeats, gaps and acknowledgements far ahead of what it sent.
std::vector<Packet> forged_bookkeeping(const Packet& heard) {
  struct Kind {
    std::uint8_t kind;
    std::vector<std::uint32_t> words;  // behind reader and writer
  };
  constexpr std::uint32_t kFar = 0x40000000;
  const std::array<Kind, 3> kinds = {
      {{0x07, {0, kFar, 0, kFar, kFar}}, {0x08, {0, 1, 0, kFar, 0}}, {0x06, {0, kFar, 0, kFar}}}};
  constexpr std::array<std::array<std::uint32_t, 2>, 4> kEndpoints = {
      {{0xc7030000, 0xc2030000}, {0xc7040000, 0xc2040000}, {0x04010000, 0x03010000}, {0x04020000, 0x03020000}}};
  std::vector<Packet> forged;
  for (const Kind& kind : kinds) {
    for (const auto& [reader, writer] : kEndpoints) {
      Packet packet(heard.begin(), heard.begin() + 20);
      packet.resize(20 + 4 + 8 + 4 * kind.words.size());
      put(packet, 20, kind.kind | 0x100U | static_cast<std::uint32_t>(packet.size() - 24) << 16U);
      put(packet, 24, reader);
      put(packet, 28, writer);
      for (std::size_t i = 0; i < kind.words.size(); ++i) put(packet, 32 + 4 * i, kind.words[i]);
      forged.push_back(std::move(packet));
    }
  }
  return forged;
}

/// The statistics of Fast DDS elsewhere than at the end: Debian's ends at an assertion.
Packet misplaced_statistics() {
  Packet packet = {'R', 'T', 'P', 'S', 2, 3, 1, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x80, 1, 56, 0};
  packet.resize(packet.size() + 56);
  packet.insert(packet.end(), {0x01, 1, 0, 0});
  return packet;
}

bool grows(const std::atomic<std::uint64_t>& count, std::uint64_t by) {
  const std::uint64_t before = count;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (count < before + by && std::chrono::steady_clock::now() < deadline) ::usleep(5000);
  return count >= before + by;
}

class BusHostile : public testing::Test {
 protected:
  /// Announcements of the attacked, once they hear each other.
  std::vector<Packet> listen() {
    EXPECT_TRUE(attacker.is_hearing);
    EXPECT_TRUE(grows(tally.by_ring, 5) && grows(tally.by_network, 5)) << "before the attack";
    auto heard = attacker.listen(12);
    EXPECT_FALSE(heard.empty()) << "announcements, to be changed and sent again";
    return heard;
  }
  void attack_with(const std::function<std::vector<Packet>(const Packet& heard)>& forge) {
    std::vector<Packet> forged;
    for (const Packet& heard : listen())
      for (Packet& packet : forge(heard)) forged.push_back(std::move(packet));
    for (int round = 0; round < 5; ++round) {
      for (const Packet& packet : forged) {
        for (int port = kFirstPort; port < kFirstPort + kPorts; ++port) attacker.send(packet, "127.0.0.1", port);
        attacker.send(packet, kGroup, kFirstPort);
        ::usleep(1000);
      }
    }
  }
  void expect_unharmed() {
    EXPECT_TRUE(reader.is_alive());
    EXPECT_TRUE(writer.is_alive());
    EXPECT_TRUE(grows(tally.by_ring, 50)) << "after the attack";
    EXPECT_TRUE(grows(tally.by_network, 50)) << "after the attack";
  }

  Tally& tally = torture::shared_memory<Tally>();
  Child reader{tally, [&] { read_until_over(tally); }};
  Child writer{tally, [&] { write_until_over(tally); }};
  const Attacker attacker;
};

TEST_F(BusHostile, PacketsOfAnAttackerNeitherEndNorSilenceAnybody) {
  RecordProperty("verifies", "REQ-BUS-007");
  Garbage garbage(listen());
  constexpr int kPackets = 20'000;
  for (int i = 0; i < kPackets; ++i) {
    const Packet packet = garbage.next();
    const int port = kFirstPort + i % kPorts;
    attacker.send(packet, i % 5 == 0 ? kGroup : "127.0.0.1", port);
    if (i % 50 == 0) ::usleep(2000);  // the attacked are to read them, not to drop them
  }
  expect_unharmed();
}

TEST_F(BusHostile, ForgedAnnouncementsDoNotPartAnybody) {
  RecordProperty("verifies", "REQ-BUS-007");
  attack_with(forged_announcements);
  expect_unharmed();
}

TEST_F(BusHostile, ForgedBookkeepingOfParticipantsSilencesNobody) {
  RecordProperty("verifies", "REQ-BUS-007");
  attack_with(forged_bookkeeping);
  expect_unharmed();
}

TEST_F(BusHostile, StatisticsOfFastDdsInTheWrongPlaceEndNobody) {
  RecordProperty("verifies", "REQ-BUS-007");
  attack_with([](const Packet&) { return std::vector<Packet>(1, misplaced_statistics()); });
  expect_unharmed();
}

/// The ring of topic "hostile" as its writer has it mapped.
std::span<std::byte> memory_of_writer() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const bool is_writable_ring =
        line.find("memfd:ocelli:hostile") != std::string::npos && line.find("rw-s") != std::string::npos;
    if (!is_writable_ring) continue;
    const std::uintptr_t begin = std::stoull(line, nullptr, 16);
    const std::uintptr_t end = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
    return {reinterpret_cast<std::byte*>(begin), end - begin};
  }
  return {};
}

TEST(BusHostileRing, AWriterThatScribblesOverItsRingHarmsNoReader) {
  RecordProperty("verifies", "REQ-BUS-007");
  RingPair pair;
  pair.sender.set_ring_size("hostile", {.slots = 4, .message_bytes = 4096});
  auto publisher = pair.sender.publish<topics::EgoMotion>("hostile");
  auto subscription = pair.receiver.subscribe(topics::kind_of<topics::EgoMotion>(), "hostile", pair.waiter);
  ASSERT_TRUE(publisher && subscription);
  ASSERT_EQ(pair.connect(), RingVerdict::kRead);
  const auto memory = memory_of_writer();
  ASSERT_FALSE(memory.empty());
  (*publisher)->publish({}, {});
  std::mt19937_64 random(7);
  const std::size_t heads = sizeof(RingHead) + 4 * sizeof(SlotHead);
  int believed = 0;
  for (int round = 0; round < 20'000; ++round) {
    for (int i = 0; i < 8; ++i) {  // a few plausible words, so that some of it passes the first checks
      const std::size_t at = random() % (heads / 8) * 8;
      const std::uint64_t value = random() % 3 == 0 ? random() : random() % 16;
      std::memcpy(memory.data() + at, &value, sizeof(value));
    }
    pair.waiter->wait_for(0s);
    while (const auto received = (*subscription)->take()) {
      volatile std::byte sink{};
      for (const std::byte byte : received->sample->cdr->bytes()) sink = byte;
      static_cast<void>(sink);
      if (received->integrity == Integrity::kTrusted && received->sample->header.sequence != 1) ++believed;
    }
  }
  EXPECT_EQ(believed, 0) << "nothing that the bus did not publish is trusted";
}

}  // namespace
}  // namespace ocelli
