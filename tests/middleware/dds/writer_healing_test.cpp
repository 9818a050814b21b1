// A Fast DDS writer that refuses everything is replaced. The jam is made with a type that cannot be serialised for as
// long as the first writer lives, which a reader in another participant sees.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/topic/Topic.hpp>

#include <array>
#include <atomic>
#include <thread>

#include "ocelli/middleware/bus/signal.hpp"
#include "ocelli/middleware/dds/endpoints.hpp"
#include "ocelli/middleware/dds/participant.hpp"

namespace ocelli::dds {
namespace {

namespace fdds = eprosima::fastdds::dds;

constexpr const char* kType = "ocelli::msg::dds_::Jam_";
constexpr const char* kTopic = "rt/jam";
constexpr Duration kPatience = 10s;

constexpr int kForEver = 1'000'000;

/// The plain frame, but it does not serialise the next `refusals` times.
class JammedType final : public FrameType {
 public:
  explicit JammedType(std::atomic<int>& refusals) : FrameType(kType), refusals_(refusals) {}
  bool serialize(void* data, eprosima::fastrtps::rtps::SerializedPayload_t* payload) override {
    if (refusals_ == 0) return FrameType::serialize(data, payload);
    --refusals_;
    return false;
  }

 private:
  std::atomic<int>& refusals_;
};

struct Participant {
  explicit Participant(FrameType* type) {
    DdsConfig config;
    qos.partition().push_back(fmt::format("ocelli-heal-{}", ::getpid()).c_str());
    factory = fdds::DomainParticipantFactory::get_instance();
    participant = factory->create_participant(0, participant_qos(config), &announcements, fdds::StatusMask::none());
    participant->register_type(fdds::TypeSupport(type));
    topic = participant->create_topic(kTopic, kType, fdds::TOPIC_QOS_DEFAULT);
  }
  ~Participant() {
    participant->delete_contained_entities();
    factory->delete_participant(participant);
  }
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;
  Announcements announcements;
  fdds::PublisherQos qos;
  fdds::DomainParticipantFactory* factory = nullptr;
  fdds::DomainParticipant* participant = nullptr;
  fdds::Topic* topic = nullptr;
};

template <class EndpointQos>
EndpointQos endpoint_qos() {
  EndpointQos qos;
  qos.reliability().kind = fdds::RELIABLE_RELIABILITY_QOS;
  qos.durability().kind = fdds::TRANSIENT_LOCAL_DURABILITY_QOS;
  qos.endpoint().history_memory_policy = eprosima::fastrtps::rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  qos.data_sharing().off();
  return qos;
}

/// Publishes like a `state` topic to a reader elsewhere, jammed until the reader has seen a second writer.
struct Scene {
  std::atomic<int> refusals = 0;
  std::atomic<int> writers_seen = 0;
  std::atomic<int> writers_gone = 0;
  std::atomic<std::uint64_t> newest = 0;
  Participant here{new JammedType(refusals)};
  Participant there{new FrameType(kType)};
  DdsWriter writer{here.announcements, true};
  std::unique_ptr<DdsReader> reader;

  void open() {
    ReaderEvents events;
    events.on_writer = [this](const PeerId&, std::span<const std::byte>) {
      if (++writers_seen == 2) refusals = 0;  // the jam goes with the writer that was jammed
      return RingVerdict::kElsewhere;
    };
    events.on_writer_gone = [this](const PeerId&) { ++writers_gone; };
    events.on_frame = [this](const NetworkFrame& frame) {
      if (const auto header = read_trailer(frame.bytes->bytes())) newest = header->sequence;
    };
    fdds::SubscriberQos subscriber;
    subscriber.partition() = here.qos.partition();
    reader = std::make_unique<DdsReader>(there.announcements, std::move(events));
    ASSERT_TRUE(reader->open(*there.participant->create_subscriber(subscriber), *there.topic,
                             endpoint_qos<fdds::DataReaderQos>()));
    ASSERT_TRUE(
        writer.open(*here.participant->create_publisher(here.qos), *here.topic, endpoint_qos<fdds::DataWriterQos>()));
    wait_until([this] { return writers_seen == 1 && writer.readers() == 1; });
  }

  Status write(std::uint64_t sequence) {
    const std::array<std::byte, 8> body{};
    SampleHeader header;
    header.sequence = sequence;
    header.body_length = body.size();
    return writer.write(header, body);
  }

  static bool wait_until(const std::function<bool()>& is_reached) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!is_reached() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return is_reached();
  }
};

TEST(WriterHealing, AJammedWriterIsReplaced) {
  RecordProperty("verifies", "REQ-BUS-011");
  Scene scene;
  ASSERT_NO_FATAL_FAILURE(scene.open());
  ASSERT_TRUE(scene.write(1));
  ASSERT_TRUE(Scene::wait_until([&] { return scene.newest == 1; }));
  scene.refusals = kForEver;
  for (std::uint64_t i = 2; i <= 9; ++i) EXPECT_FALSE(scene.write(i)) << i;
  EXPECT_TRUE(Scene::wait_until([&] { return scene.writers_seen == 2 && scene.writers_gone == 1; }));
  EXPECT_EQ(scene.writer.readers(), 1U) << "the reader is known to the new writer";
  EXPECT_TRUE(scene.write(10));
  EXPECT_TRUE(Scene::wait_until([&] { return scene.newest == 10; }));
}

TEST(WriterHealing, TheNewWriterSendsTheNewestValueOfALatchedTopic) {
  Scene scene;
  ASSERT_NO_FATAL_FAILURE(scene.open());
  scene.refusals = 8;
  for (std::uint64_t i = 1; i <= 8; ++i) EXPECT_FALSE(scene.write(i)) << i;
  EXPECT_TRUE(Scene::wait_until([&] { return scene.newest == 8; }));
}

TEST(WriterHealing, SingleFailuresReplaceNothing) {
  Scene scene;
  ASSERT_NO_FATAL_FAILURE(scene.open());
  for (std::uint64_t i = 1; i <= 40; ++i) {
    scene.refusals = i % 4 == 0 ? 1 : 0;
    EXPECT_EQ(scene.write(i).has_value(), i % 4 != 0);
  }
  EXPECT_TRUE(Scene::wait_until([&] { return scene.newest == 39; }));
  EXPECT_EQ(scene.writers_seen, 1);
}

}  // namespace
}  // namespace ocelli::dds
