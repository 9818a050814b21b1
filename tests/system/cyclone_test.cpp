// Cyclone DDS as partner on the network lane: every kind of table 1 there and back, decoded and encoded again by code
// that idlc made from our IDL (tests/system/cyclone/cyclone_echo.c). Cyclone speaks UDP on the loopback only.
#include <cstring>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "ocelli/launch/message_text.hpp"
#include "ocelli/middleware/bus/bus.hpp"
#include "ocelli/middleware/core/live_clock.hpp"
#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/tests/middleware/topics/random_cdr.hpp"

namespace ocelli {
namespace {

constexpr Duration kPatience = 20s;
constexpr std::uint32_t kDomain = 41;

#ifdef OCELLI_CYCLONE_ECHO
constexpr const char* kEcho = OCELLI_CYCLONE_ECHO;
#else
constexpr const char* kEcho = nullptr;
#endif

class EchoProgram {
 public:
  explicit EchoProgram(const std::string& partition) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::setenv("CYCLONEDDS_URI",
               "<General><Interfaces><NetworkInterface name='lo' multicast='true'/></Interfaces></General>", 1);
      ::execl(kEcho, kEcho, std::to_string(kDomain).c_str(), partition.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[1]);
    char ready = 0;
    is_ready_ = ::read(ends[0], &ready, 1) == 1;
    ::close(ends[0]);
  }
  ~EchoProgram() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  EchoProgram(const EchoProgram&) = delete;
  EchoProgram& operator=(const EchoProgram&) = delete;
  [[nodiscard]] bool is_ready() const { return is_ready_; }

 private:
  pid_t pid_ = -1;
  bool is_ready_ = false;
};

ConstBufferPtr buffer_of(const std::vector<std::byte>& bytes) {
  BufferPtr buffer = default_pool().take(bytes.size());
  buffer->resize(0, bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->bytes().data(), bytes.data(), bytes.size());
  return buffer;
}

struct Cyclone : testing::Test {
  void SetUp() override {
    if (kEcho == nullptr) GTEST_SKIP() << "skipped: built without cyclonedds-dev and cyclonedds-tools";
    ASSERT_TRUE(program->is_ready());
  }
  static DdsConfig config() {
    DdsConfig result;
    result.domain = kDomain;
    result.partition = fmt::format("ocelli-cyclone-{}", ::getpid());
    return result;
  }
  static void SetUpTestSuite() {
    if (kEcho != nullptr) program = std::make_unique<EchoProgram>(config().partition);
  }
  static void TearDownTestSuite() { program.reset(); }
  static std::unique_ptr<EchoProgram> program;

  /// Publishes the message until its echo comes back; best effort may lose it while endpoints still match.
  static std::optional<Received> there_and_back(RawPublisher& publisher, Subscription& subscription, Signal& signal,
                                                const ConstBufferPtr& cdr) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (publisher.remote_readers() > 0) publisher.publish(nullptr, cdr, {.sensed_at = {}, .lineage = {}, .flags = 0});
      signal.wait_for(200ms);
      if (auto received = subscription.take()) return received;
    }
    return std::nullopt;
  }

  LiveClock clock{LiveClock::measure_offset()};
  Bus bus{clock, kEcho == nullptr ? nullptr : std::move(*open_dds_lane(config()))};
};

std::unique_ptr<EchoProgram> Cyclone::program;

TEST_F(Cyclone, DecodesEveryKindAndIsDecoded) {
  Signal signal;
  for (const topics::TopicKind& kind : topics::kTable) {
    const auto type = topics::parse_schema(kind.codec().schema, kind.codec().type_name);
    ASSERT_TRUE(type);
    const auto publisher = bus.publish(kind, fmt::format("{}/there", kind.name));
    const auto subscription = bus.subscribe(kind, fmt::format("{}/back", kind.name), &signal);
    ASSERT_TRUE(publisher && subscription);
    topics::RandomCdr random(11);
    for (int i = 0; i < 3; ++i) {
      const std::vector<std::byte> sent = random.message(**type);
      const auto expected = launch::message_json(**type, sent);
      bool is_back = false;
      const auto received = there_and_back(**publisher, **subscription, signal, buffer_of(sent));
      ASSERT_TRUE(received) << kind.name << ": nothing came back";
      // Repetitions of the message before may still be under way.
      for (std::optional<Received> next = received; next && !is_back; next = (*subscription)->take()) {
        EXPECT_EQ(next->integrity, Integrity::kUnprotected) << "Cyclone knows no trailer";
        const auto got = launch::message_json(**type, next->sample->cdr->bytes());
        ASSERT_TRUE(got) << kind.name << ": " << got.error().message;
        is_back = *got == *expected;
      }
      for (int tries = 0; !is_back && tries < 20; ++tries) {
        const auto next = there_and_back(**publisher, **subscription, signal, buffer_of(sent));
        ASSERT_TRUE(next) << kind.name;
        is_back = *launch::message_json(**type, next->sample->cdr->bytes()) == *expected;
      }
      EXPECT_TRUE(is_back) << kind.name << ": came back changed: " << *expected;
    }
  }
}

TEST_F(Cyclone, CarriesPicturesOfAMegabyte) {
  const topics::TopicKind& kind = topics::kind_of<topics::CameraImage>();
  sensor_msgs::msg::Image image;
  image.height(600);
  image.width(800);
  image.encoding("bgr8");
  image.data().resize(std::size_t{600} * 800 * 3);
  for (std::size_t i = 0; i < image.data().size(); ++i) image.data()[i] = static_cast<std::uint8_t>(i * 31 >> 4);
  std::vector<std::byte> sent;
  topics::encode(image, sent);
  Signal signal;
  const auto publisher = bus.publish(kind, "camera/image/there");
  const auto subscription = bus.subscribe(kind, "camera/image/back", &signal);
  ASSERT_TRUE(publisher && subscription);
  const auto received = there_and_back(**publisher, **subscription, signal, buffer_of(sent));
  ASSERT_TRUE(received);
  sensor_msgs::msg::Image back;
  ASSERT_TRUE(topics::decode(received->sample->cdr->bytes(), back));
  EXPECT_EQ(back, image);
}

}  // namespace
}  // namespace ocelli
