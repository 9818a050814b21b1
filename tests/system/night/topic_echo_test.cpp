// `ocelli topic echo` against live writers, of a type of table 1 and of one that only its IDL describes.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/middleware/topics/schema.hpp"
#include "ocelli/tests/middleware/topics/random_cdr.hpp"

namespace ocelli {
namespace {

constexpr std::uint32_t kDomain = 42;

constexpr const char* kForeignIdl =
    "module other_msgs { module msg { @final struct Thing { string name; sequence<float> values; }; }; };";

const topics::Codec& foreign_codec() {
  static const topics::Codec codec{"other_msgs::msg::Thing", kForeignIdl, nullptr, nullptr, nullptr};
  return codec;
}

/// What `ocelli ARGUMENTS` printed; its exit status.
struct Outcome {
  std::string text;
  int status = 0;
};

Outcome run(const std::string& arguments) {
  Outcome outcome;
  FILE* const pipe = ::popen((std::string(OCELLI_COMMAND) + ' ' + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) outcome.text.append(part.data(), size);
  outcome.status = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

struct TopicEcho : testing::Test {
  static DdsConfig config() {
    DdsConfig result;
    result.domain = kDomain;
    result.partition = fmt::format("ocelli-echo-{}", ::getpid());
    return result;
  }
  /// Publishes with `publish` every 20 ms until the test ends.
  void keep(std::function<void()> publish) {
    writing = std::jthread([publish = std::move(publish)](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        publish();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  }
  LiveClock clock{LiveClock::measure_offset()};
  Bus bus{clock, std::move(*open_dds_lane(config()))};
  std::jthread writing;
};

TEST_F(TopicEcho, ShowsMessagesAsYamlAsJsonAndInParts) {
  auto publisher = bus.publish<topics::Tracks>("echo/tracks");
  ASSERT_TRUE(publisher);
  keep([&] {
    ocelli::msg::Tracks tracks;
    tracks.header().frame_id("world");
    tracks.tracks().resize(2);
    tracks.tracks()[1].classification(ocelli::msg::CLASS_TRUCK);
    (*publisher)->publish(std::move(tracks), {});
  });
  const std::string common = fmt::format("topic --domain {} echo echo/tracks ", kDomain);
  const Outcome field = run(common + "--count 1 --field 'tracks[1].classification'");
  EXPECT_EQ(field.text, "\"CLASS_TRUCK\"\n");
  EXPECT_EQ(field.status, 0);
  const Outcome json = run(common + "--count 2 --json --header");
  const auto first = nlohmann::json::parse(json.text.substr(0, json.text.find('\n')), nullptr, false);
  ASSERT_FALSE(first.is_discarded()) << json.text;
  EXPECT_EQ(first["message"]["header"]["frame_id"], "world");
  EXPECT_EQ(first["header"]["integrity"], "trusted");
  const Outcome yaml = run(common + "--count 1");
  EXPECT_NE(yaml.text.find("frame_id: \"world\"\n"), std::string::npos) << yaml.text;
  const Outcome wrong = run(common + "--count 1 --field tracks.x");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.text.find("there are no members here"), std::string::npos) << wrong.text;
}

/// A type that no topic kind has, on a lane of its own, with ROS 2 names or with those on the wire.
struct ForeignTypes : TopicEcho, testing::WithParamInterface<bool> {
  static DdsConfig foreign_config() {
    DdsConfig result = config();
    result.has_wire_names = GetParam();
    return result;
  }
  Bus foreign{clock, std::move(*open_dds_lane(foreign_config()))};
};

TEST_P(ForeignTypes, AreMeasuredAndDecodedByTheirIdl) {
  topics::TopicKind kind = topics::kind_of<topics::ImuData>();
  kind.name = "thing";
  kind.codec = &foreign_codec;
  auto publisher = foreign.publish(kind, "echo/thing");
  ASSERT_TRUE(publisher);
  const auto type = topics::parse_schema(kForeignIdl, "other_msgs::msg::Thing");
  ASSERT_TRUE(type);
  const std::vector<std::byte> message = topics::RandomCdr(1).message(**type);
  keep([&] {
    BufferPtr cdr = default_pool().take(message.size());
    cdr->resize(0, message.size());
    std::copy(message.begin(), message.end(), cdr->bytes().begin());
    (*publisher)->publish(nullptr, std::move(cdr), {});
  });
  const std::string common = fmt::format("topic --domain {} echo echo/thing --count 1 --json ", kDomain);
  const Outcome unknown = run(common);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.text.find("--idl FILE describes it"), std::string::npos) << unknown.text;
  const std::string path = fmt::format("{}/ocelli-echo-{}.idl", testing::TempDir(), ::getpid());
  std::ofstream(path) << kForeignIdl;
  const Outcome known = run(common + "--idl " + path);
  std::remove(path.c_str());
  const auto json = nlohmann::json::parse(known.text, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << known.text;
  EXPECT_TRUE(json.contains("name") && json.contains("values")) << known.text;
  EXPECT_NE(run(common + "--idl /dev/zero").text.find("more than 4 MiB"), std::string::npos);
  for (const char* const verb : {"hz", "bw", "latency"}) {
    const Outcome measured = run(fmt::format("topic --domain {} {} echo/thing --seconds 0.5", kDomain, verb));
    EXPECT_EQ(measured.status, 0) << measured.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Names, ForeignTypes, testing::Bool());

TEST_F(TopicEcho, ATopicThatNobodyWritesIsSaidSo) {
  const Outcome outcome = run(fmt::format("topic --domain {} echo nothing --seconds 1", kDomain));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.text.find("topic 'nothing': nobody writes it"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace ocelli
