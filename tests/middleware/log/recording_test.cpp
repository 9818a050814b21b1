#include "ocelli/middleware/log/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/middleware/bus/message_protection.hpp"
#include "ocelli/middleware/log/sources/mcap_source.hpp"
#include "ocelli/middleware/node/source_reader.hpp"
#include "ocelli/tests/middleware/log/support.hpp"

namespace ocelli::log {
namespace {

using ::testing::HasSubstr;

const SourceTopic kWheels{"vehicle/state", &topics::kind_of<topics::VehicleState>()};
const SourceTopic kImu{"imu", &topics::kind_of<topics::ImuData>()};

ByteVector wheels_cdr(double speed_mps) {
  topics::VehicleState::Type state;
  state.header().frame_id("vehicle/state");
  state.wheel_speed_mps().fill(speed_mps);
  ByteVector cdr;
  topics::encode(state, cdr);
  return cdr;
}

SampleHeader header_of(const SourceTopic& topic, std::uint64_t sequence, Duration sensed, Duration published) {
  SampleHeader header;
  header.topic = topic_id(topic.name);
  header.sequence = sequence;
  header.sensed_at_ns = sensed.count();
  header.published_at_ns = published.count();
  header.newest = {header.topic, 0, sequence, sensed.count()};
  return header;
}

TEST(Recording, GivesHeaderAndBodyBackAsTheBusCarriedThem) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, 1, 10ms, 12ms), wheels_cdr(3.5)));
  ASSERT_TRUE(writer->close());

  const auto recording = Recording::open(folder / "a.mcap");
  ASSERT_TRUE(recording) << recording.error().message;
  ASSERT_EQ(recording->topics().size(), 1U);
  EXPECT_EQ(recording->topics()[0].name, "vehicle/state");
  EXPECT_EQ(recording->topics()[0].kind, kWheels.kind);
  EXPECT_EQ(recording->topics()[0].messages, 1U);
  EXPECT_EQ(recording->range()->begin, Time(12ms));
  auto cursor = recording->messages();
  const auto message = cursor.next();
  ASSERT_TRUE(message && *message);
  ASSERT_TRUE((*message)->header);
  SampleHeader expected = header_of(kWheels, 1, 10ms, 12ms);
  expected.body_length = static_cast<std::uint32_t>(wheels_cdr(3.5).size());
  EXPECT_EQ(std::memcmp(&*(*message)->header, &expected, sizeof(expected)), 0);
  EXPECT_EQ((*message)->log_time, Time(12ms));
  EXPECT_EQ((*message)->publish_time, Time(10ms));
  const auto state = decode<topics::VehicleState>(**message);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->wheel_speed_mps()[2], 3.5);
  EXPECT_FALSE(*cursor.next());
}

TEST(Recording, FramesBodiesExactlyAsTheNetworkDoes) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  for (std::size_t size = 8; size < 13; ++size)
    ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, size, 1ms, 1ms), noise(size, 1)));
  ASSERT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  auto cursor = reader->messages();
  for (std::size_t size = 8; size < 13; ++size) {
    const auto message = cursor.next();
    ASSERT_TRUE(message && *message);
    SampleHeader header = header_of(kWheels, size, 1ms, 1ms);
    header.body_length = static_cast<std::uint32_t>(size);
    ByteVector frame = noise(size, 1);
    frame.resize(framed_size(size), std::byte{0xEE});
    write_trailer(header, frame);
    EXPECT_EQ(ByteVector((*message)->data.begin(), (*message)->data.end()), frame);
  }
}

TEST(Recording, CarriesTheSchemaOfEachTopic) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, 1, 1ms, 1ms), wheels_cdr(1.0)));
  ASSERT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  const Channel& channel = reader->channels().begin()->second;
  const Schema& schema = reader->schemas().at(channel.schema);
  EXPECT_EQ(channel.message_encoding, "cdr");
  EXPECT_EQ(channel.metadata.at("ocelli.kind"), "vehicle/state");
  EXPECT_EQ(channel.metadata.at("ocelli.qos"), "sensor");
  EXPECT_EQ(schema.name, "ocelli::msg::VehicleState");
  EXPECT_EQ(schema.encoding, "omgidl");
  EXPECT_THAT(schema.text, HasSubstr("struct VehicleState"));
  EXPECT_THAT(schema.text, ::testing::Not(HasSubstr("#")));
}

TEST(Recording, RefusesWhatWouldMakeAWrongRecording) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, 1, 1ms, 1ms), wheels_cdr(1.0)));
  const SourceTopic other{"vehicle/state", kImu.kind};
  EXPECT_THAT(writer->write(other, header_of(other, 1, 1ms, 1ms), wheels_cdr(1.0)).error().message,
              HasSubstr("vehicle/state"));
  SampleHeader wrong = header_of(kWheels, 2, 1ms, 1ms);
  wrong.body_length = 5;
  EXPECT_THAT(writer->write(kWheels, wrong, wheels_cdr(1.0)).error().message, HasSubstr("5 bytes"));
  EXPECT_THAT(writer->write({"x", nullptr}, wrong, wheels_cdr(1.0)).error().message, HasSubstr("no kind"));
}

TEST(Recording, OpensForeignFilesWithTopicsOfNoKind) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap");
  const auto channel = writer->add_channel("/odom", "ros1", SchemaId::kNone);
  ASSERT_TRUE(writer->write(*channel, 1, Time(1ms), Time(1ms), noise(200, 1)));
  ASSERT_TRUE(writer->close());
  const auto recording = Recording::open(folder / "a.mcap");
  EXPECT_EQ(recording->topics()[0].kind, nullptr);
  auto cursor = recording->messages();
  const auto message = cursor.next();
  EXPECT_FALSE((*message)->header);
  EXPECT_EQ((*message)->body.size(), 200U);
  const auto opened = open_mcap({.path = folder / "a.mcap"});
  EXPECT_TRUE(opened->source->topics().empty());
  ASSERT_EQ(opened->notes.size(), 1U);
  EXPECT_THAT(opened->notes[0], HasSubstr("/odom"));
  EXPECT_FALSE(*opened->source->next());
}

std::vector<SourceMessage> drain(Source& source) {
  std::vector<SourceMessage> out;
  while (true) {
    auto message = source.next();
    EXPECT_TRUE(message);
    if (!message || !*message) return out;
    out.push_back(std::move(**message));
  }
}

/// What is left of a recorded frame when it is replayed; the recording says what the channel's metadata say.
std::vector<SourceMessage> replayed(const std::vector<ByteVector>& frames, const StringMap& metadata) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap");
  const topics::Codec& codec = kWheels.kind->codec();
  const auto schema = writer->add_schema(codec.type_name, "omgidl", codec.schema);
  const auto channel = writer->add_channel(kWheels.name, "cdr", *schema, metadata);
  for (const ByteVector& frame : frames) EXPECT_TRUE(writer->write(*channel, 1, Time(1ms), Time(1ms), frame));
  EXPECT_TRUE(writer->close());
  auto opened = open_mcap({.path = folder / "a.mcap"});
  EXPECT_TRUE(opened);
  node::SourceReader reader(std::move(opened->source), 4);
  std::vector<SourceMessage> out;
  for (auto message = reader.next(); message && *message; message = reader.next()) out.push_back(std::move(**message));
  return out;
}

/// The metadata and the bytes that RecordingWriter gives a message.
struct Written {
  StringMap metadata;
  ByteVector frame;
};

Written written(const SampleHeader& header, const ByteVector& body) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  EXPECT_TRUE(writer->write(kWheels, header, body));
  EXPECT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  auto cursor = reader->messages();
  const auto message = cursor.next();
  return {(*message)->channel->metadata, ByteVector((*message)->data.begin(), (*message)->data.end())};
}

TEST(Recording, AFlippedBitAnywhereInAProtectedMessageIsAProblem) {
  RecordProperty("verifies", "REQ-BUS-006");
  ByteVector body = wheels_cdr(3.5);
  body.resize(body.size() - 1);  // so that there is padding
  SampleHeader header = header_of(kWheels, 1, 1ms, 1ms);
  ASSERT_TRUE(protect(header, *kWheels.kind, body));
  const Written good = written(header, body);
  std::vector<ByteVector> frames = {good.frame};
  for (std::size_t bit = 0; bit < good.frame.size() * 8; ++bit) {
    frames.push_back(good.frame);
    frames.back()[bit / 8] ^= std::byte(1U << (bit % 8));
  }
  const auto messages = replayed(frames, good.metadata);
  ASSERT_EQ(messages.size(), frames.size());
  EXPECT_FALSE(messages[0].problem);
  for (std::size_t i = 1; i < messages.size(); ++i) {
    ASSERT_TRUE(messages[i].problem) << "bit " << i - 1 << " of " << good.frame.size() * 8;
    EXPECT_EQ(messages[i].problem->code, ErrorCode::kCorrupt);
    EXPECT_EQ(messages[i].cdr, nullptr);
  }
}

TEST(Recording, AMessageThatWasNeverProtectedReplaysAndOnlyALostTrailerIsAProblem) {
  const Written good = written(header_of(kWheels, 1, 1ms, 1ms), wheels_cdr(3.5));
  ByteVector without_magic = good.frame;
  without_magic.back() ^= std::byte{1};
  const auto messages = replayed({good.frame, without_magic, {}, noise(40, 1)}, good.metadata);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_FALSE(messages[0].problem);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(messages[i].problem) << i;
}

TEST(Recording, AForeignRecordingOfAKindOfOursReplaysWithoutTrailers) {
  const auto messages = replayed({wheels_cdr(3.5)}, {{kKindKey, std::string(kWheels.kind->name)}});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_FALSE(messages[0].problem);
  EXPECT_FALSE(messages[0].recorded);
  EXPECT_EQ(messages[0].cdr->bytes().size(), wheels_cdr(3.5).size());
}

TEST(Recording, ATopicWithProtectedAndOtherMessagesIsOneTopic) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  for (std::uint64_t i = 1; i <= 4; ++i) {
    SampleHeader header = header_of(kWheels, i, i * 1ms, i * 1ms);
    if (i % 2 == 0) {
      ASSERT_TRUE(protect(header, *kWheels.kind, wheels_cdr(1.0)));
    }
    ASSERT_TRUE(writer->write(kWheels, header, wheels_cdr(1.0)));
  }
  ASSERT_TRUE(writer->close());
  const auto recording = Recording::open(folder / "a.mcap");
  ASSERT_EQ(recording->topics().size(), 1U);
  EXPECT_EQ(recording->topics()[0].messages, 4U);
  auto opened = open_mcap({.path = folder / "a.mcap"});
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(messages[i].recorded->sequence, i + 1);
    EXPECT_EQ(messages[i].recorded->e2e_profile != 0, i % 2 == 1);
    EXPECT_FALSE(messages[i].problem);
  }
}

TEST(McapSource, HandsOutInTheOrderOfAcquisitionWithTheRecordedHeader) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  // The IMU publishes 30 ms after acquisition, the wheels at once.
  for (int i = 0; i < 200; ++i) {
    const Duration at = i * 10ms;
    ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, i + 1, at, at), wheels_cdr(i)));
    ASSERT_TRUE(writer->write(kImu, header_of(kImu, i + 1, at - 30ms + 1ns, at + 1ns), wheels_cdr(i)));
  }
  ASSERT_TRUE(writer->close());
  auto opened = open_mcap({.path = folder / "a.mcap"});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->notes.empty());
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 400U);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ASSERT_TRUE(messages[i].recorded && messages[i].cdr != nullptr);
    EXPECT_EQ(messages[i].sensed_at, messages[i].recorded->sensed_at());
    if (i > 0) {
      EXPECT_GE(messages[i].sensed_at, messages[i - 1].sensed_at);
    }
  }
  const auto bytes = messages[10].cdr->bytes();
  EXPECT_EQ(bytes.size(), messages[10].recorded->body_length);
}

TEST(McapSource, NeverTurnsTimeBackWhenTheWindowIsTooShort) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  for (int i = 0; i < 100; ++i) {
    const Duration lag = i % 10 == 9 ? 95ms : 0ms;
    ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, i + 1, 1s + i * 10ms - lag, 1s + i * 10ms), wheels_cdr(i)));
  }
  ASSERT_TRUE(writer->close());
  auto opened = open_mcap({.path = folder / "a.mcap", .reorder_window = 20ms});
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 100U);
  bool was_raised = false;
  for (std::size_t i = 1; i < messages.size(); ++i) {
    EXPECT_GE(messages[i].sensed_at, messages[i - 1].sensed_at);
    was_raised = was_raised || messages[i].sensed_at != messages[i].recorded->sensed_at();
  }
  EXPECT_TRUE(was_raised);
}

TEST(McapSource, AStampFromTheFutureComesInItsTurnAndDisturbsNoOther) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  for (int i = 1; i <= 20; ++i) {
    const Duration sensed = i == 5 ? Duration(2h) : Duration(1s + i * 10ms);
    const SampleHeader header = header_of(kWheels, static_cast<std::uint64_t>(i), sensed, 1s + i * 10ms + 1ms);
    ASSERT_TRUE(writer->write(kWheels, header, wheels_cdr(i)));
  }
  ASSERT_TRUE(writer->close());
  auto opened = open_mcap({.path = folder / "a.mcap", .reorder_window = 50ms});
  const auto messages = drain(*opened->source);
  ASSERT_EQ(messages.size(), 20U);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(messages[i].recorded->sequence, i + 1);
    EXPECT_EQ(messages[i].sensed_at, messages[i].recorded->sensed_at());
  }
}

TEST(McapSource, NamesTheTopicsThatAreThereWhenOneIsNot) {
  const TempFolder folder;
  auto writer = RecordingWriter::create(folder / "a.mcap");
  ASSERT_TRUE(writer->write(kWheels, header_of(kWheels, 1, 1ms, 1ms), wheels_cdr(1.0)));
  ASSERT_TRUE(writer->close());
  const auto opened = open_mcap({.path = folder / "a.mcap", .topics = {"lidar/top"}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(opened.error().message, ::testing::AllOf(HasSubstr("lidar/top"), HasSubstr("vehicle/state")));
}

}  // namespace
}  // namespace ocelli::log
