#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/middleware/dds/seal.hpp"
#include "ocelli/middleware/dds/sealing_transport.hpp"

namespace ocelli::dds {
namespace {

TEST(Refusals, AreToldAtTheFirstTheTenthTheHundredth) {
  std::vector<std::string> told;
  Refusals refusals;
  refusals.on_problem([&](const std::string& problem) { told.push_back(problem); });
  for (int i = 0; i < 150; ++i) refusals.count();
  ASSERT_EQ(told.size(), 3U);
  EXPECT_NE(told.back().find("refused packets: 100;"), std::string::npos) << told.back();
}

TEST(Refusals, FromBeforeAnybodyListenedAreTold) {
  Refusals refusals;
  for (int i = 0; i < 5; ++i) refusals.count();
  std::vector<std::string> told;
  refusals.on_problem([&](const std::string& problem) { told.push_back(problem); });
  for (int i = 0; i < 3; ++i) refusals.count();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("refused packets: 6;"), std::string::npos) << told[0];
}

/// Nothing but a header that names a participant of ours: other programs of the domain do nothing about it.
TEST(DdsLane, TellsOfPacketsThatItRefuses) {
  constexpr int kFirstPort = 7410;  // discovery and data of the first participants of domain 0
  constexpr int kPorts = 60;
  std::atomic<int> told = 0;
  auto lane = open_dds_lane({});
  ASSERT_TRUE(lane);
  (*lane)->on_problem([&](const std::string&) { ++told; });
  std::vector<std::uint8_t> packet = {'R', 'T', 'P', 'S', 2, 3, 1, 15};
  const auto name = new_marked_prefix();
  packet.insert(packet.end(), name.value, name.value + decltype(name)::size);
  const int sender = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (told == 0 && std::chrono::steady_clock::now() < deadline) {
    for (int port = kFirstPort; port < kFirstPort + kPorts; ++port) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(static_cast<std::uint16_t>(port));
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      ::sendto(sender, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    }
    ::usleep(20'000);
  }
  ::close(sender);
  EXPECT_GE(told, 1);
  lane->reset();  // it may still be told
}

}  // namespace
}  // namespace ocelli::dds
