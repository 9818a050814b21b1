#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ocelli/middleware/log/mcap_reader.hpp"
#include "ocelli/middleware/log/mcap_writer.hpp"
#include "ocelli/tests/middleware/log/support.hpp"

namespace ocelli::log {
namespace {

using ::testing::ElementsAre;

struct Written {
  std::string topic;
  std::uint32_t sequence = 0;
  std::int64_t log_ns = 0;
  std::int64_t publish_ns = 0;
  ByteVector data;
  friend bool operator==(const Written&, const Written&) = default;
};

/// Messages of two topics, sizes from 0 to 3000 bytes, times that jump back now and then.
std::vector<Written> sample_messages() {
  std::vector<Written> out;
  for (std::uint32_t i = 0; i < 300; ++i) {
    const std::int64_t log_ns = 1'000'000'000 + std::int64_t{i} * 1'000'000 - (i % 7 == 0 ? 5'500'000 : 0);
    out.push_back({i % 3 == 0 ? "a" : "b", i, log_ns, log_ns - 1000, noise(i * 10, i)});
  }
  return out;
}

void write_all(McapWriter& writer, const std::vector<Written>& messages) {
  const auto schema = writer.add_schema("pkg::Type", "omgidl", "struct Type { long x; };");
  ASSERT_TRUE(schema);
  std::map<std::string, ChannelId> channels;
  for (const Written& message : messages) {
    if (!channels.contains(message.topic)) {
      const auto channel = writer.add_channel(message.topic, "cdr", *schema, {{"key", message.topic}});
      ASSERT_TRUE(channel);
      channels[message.topic] = *channel;
    }
    ASSERT_TRUE(writer.write(channels[message.topic], message.sequence, from_ns(message.log_ns),
                             from_ns(message.publish_ns), message.data));
  }
}

std::vector<Written> read_all(McapCursor cursor) {
  std::vector<Written> out;
  while (true) {
    auto message = cursor.next();
    EXPECT_TRUE(message) << message.error().message;
    if (!message || !*message) return out;
    const McapMessage& m = **message;
    out.push_back({m.channel->topic, m.sequence, to_ns(m.log_time), to_ns(m.publish_time),
                   ByteVector(m.data.begin(), m.data.end())});
  }
}

std::vector<Written> by_log_time(std::vector<Written> messages) {
  std::ranges::stable_sort(messages, {}, &Written::log_ns);
  return messages;
}

McapWriterOptions small_chunks(Compression compression) {
  McapWriterOptions options;
  options.chunk_size = 20'000;
  options.compression = compression;
  options.sync_each_chunk = false;
  return options;
}

class RoundTrip : public ::testing::TestWithParam<Compression> {};

TEST_P(RoundTrip, GivesEveryMessageBackInLogTimeOrder) {
  const TempFolder folder;
  {
    auto writer = McapWriter::create(folder / "a.mcap", small_chunks(GetParam()));
    ASSERT_TRUE(writer);
    write_all(*writer, sample_messages());
    ASSERT_TRUE(writer->close());
  }
  const auto reader = McapReader::open(folder / "a.mcap");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_FALSE(reader->is_recovered());
  EXPECT_THAT(reader->problems(), ElementsAre());
  EXPECT_GT(reader->statistics().chunks, 5U);
  EXPECT_EQ(reader->statistics().messages, 300U);
  EXPECT_EQ(reader->header().library, "ocelli");
  EXPECT_EQ(read_all(reader->messages()), by_log_time(sample_messages()));
  EXPECT_EQ(read_all(reader->messages({.order = McapOrder::kFile})), sample_messages());
  ASSERT_EQ(reader->channels().size(), 2U);
  const Channel& first = reader->channels().begin()->second;
  EXPECT_EQ(first.topic, "a");
  EXPECT_EQ(first.metadata.at("key"), "a");
  EXPECT_EQ(reader->schemas().at(first.schema).text, "struct Type { long x; };");
}

TEST_P(RoundTrip, OfAFileCutInItsOnlyChunkTheFirstMessagesAreThere) {
  const TempFolder folder;
  std::vector<Written> written;
  for (std::uint32_t i = 0; i < 300; ++i) {
    written.push_back({"a", i, 1'000'000'000 + std::int64_t{i} * 1'000'000, 0, noise(4000, i)});
    written.back().data.resize(8000);  // half of it shrinks
  }
  McapWriterOptions options;
  options.compression = GetParam();
  options.sync_each_chunk = false;
  auto writer = McapWriter::create(folder / "a.mcap", options);
  ASSERT_TRUE(writer);
  write_all(*writer, written);
  ASSERT_TRUE(writer->close());
  const std::uintmax_t whole = std::filesystem::file_size(folder / "a.mcap");
  std::size_t fewer = 0;
  for (const int percent : {20, 50, 80}) {
    std::filesystem::copy_file(folder / "a.mcap", folder / "cut.mcap",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder / "cut.mcap", whole * static_cast<std::uintmax_t>(percent) / 100);
    const auto reader = McapReader::open(folder / "cut.mcap");
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_TRUE(reader->is_recovered());
    const auto found = read_all(reader->messages());
    EXPECT_GT(found.size(), fewer) << percent;
    EXPECT_LT(found.size(), 300U);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), written.begin())) << percent;
    EXPECT_EQ(reader->statistics().messages, found.size());
    fewer = found.size();
  }
  EXPECT_GT(fewer, 180U) << "of 80 %";
}

INSTANTIATE_TEST_SUITE_P(Compressions, RoundTrip,
                         ::testing::Values(Compression::kNone, Compression::kLz4, Compression::kZstd),
                         [](const auto& test) {
                           const auto name = mcap_name(test.param);
                           return name.empty() ? std::string("none") : std::string(name);
                         });

TEST(McapWriter, GivesTheSameBytesForTheSameCalls) {
  const TempFolder folder;
  for (const char* name : {"a.mcap", "b.mcap"}) {
    auto writer = McapWriter::create(folder / name, small_chunks(Compression::kZstd));
    ASSERT_TRUE(writer);
    write_all(*writer, sample_messages());
    ASSERT_TRUE(writer->add_metadata("m", {{"k", "v"}}));
  }
  const ByteVector bytes = read_file(folder / "a.mcap");
  EXPECT_GT(bytes.size(), 1000U);
  EXPECT_EQ(bytes, read_file(folder / "b.mcap"));
}

TEST(McapWriter, ClosesAChunkByTime) {
  const TempFolder folder;
  McapWriterOptions options;
  options.chunk_time = 100ms;
  auto writer = McapWriter::create(folder / "a.mcap", options);
  ASSERT_TRUE(writer);
  const auto channel = writer->add_channel("a", "cdr", SchemaId::kNone);
  for (const auto at : {0ms, 50ms, 100ms, 101ms, 150ms, 300ms})
    ASSERT_TRUE(writer->write(*channel, 0, Time(at), Time(at), noise(8, 1)));
  EXPECT_EQ(writer->statistics().chunks, 2U);
  ASSERT_TRUE(writer->flush());
  EXPECT_EQ(writer->statistics().chunks, 3U);
}

TEST(McapWriter, JoinsScatteredData) {
  const TempFolder folder;
  const ByteVector data = noise(100, 1);
  auto writer = McapWriter::create(folder / "a.mcap");
  const auto channel = writer->add_channel("a", "cdr", SchemaId::kNone);
  const Bytes all(data);
  const std::array<Bytes, 3> parts = {all.first(33), Bytes{}, all.subspan(33)};
  ASSERT_TRUE(writer->write(*channel, 1, Time(1ns), Time(2ns), parts));
  ASSERT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  EXPECT_EQ(read_all(reader->messages()), (std::vector<Written>{{"a", 1, 1, 2, data}}));
}

TEST(McapWriter, StoresAChunkThatDoesNotShrinkAsItIs) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap", {.compression = Compression::kLz4});
  const auto channel = writer->add_channel("a", "cdr", SchemaId::kNone);
  ASSERT_TRUE(writer->write(*channel, 1, Time(1ns), Time(2ns), noise(100'000, 7)));
  ASSERT_TRUE(writer->close());
  const auto index = index_mcap(**open_input(folder / "a.mcap"), {});
  ASSERT_EQ(index->summary.chunk_indexes.size(), 1U);
  EXPECT_EQ(index->summary.chunk_indexes[0].compression, "");
}

TEST(McapWriter, RefusesASecondWriterOnTheSameFile) {
  const TempFolder folder;
  auto first = McapWriter::create(folder / "a.mcap");
  ASSERT_TRUE(first);
  const auto second = McapWriter::create(folder / "a.mcap");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(first->close());
  EXPECT_TRUE(McapReader::open(folder / "a.mcap"));
}

TEST(McapWriter, NamesTheFolderThatIsMissing) {
  const auto writer = McapWriter::create("/no/such/folder/a.mcap");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(writer.error().message, ::testing::HasSubstr("/no/such/folder/a.mcap"));
}

TEST(McapReader, KeepsToTimeRangeAndTopics) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap", small_chunks(Compression::kNone));
  write_all(*writer, sample_messages());
  ASSERT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  McapQuery query;
  query.begin = from_ns(1'050'000'000);
  query.end = from_ns(1'120'000'000);
  query.topics = {"b"};
  std::vector<Written> expected;
  for (const Written& message : by_log_time(sample_messages()))
    if (message.topic == "b" && message.log_ns >= 1'050'000'000 && message.log_ns < 1'120'000'000)
      expected.push_back(message);
  ASSERT_GT(expected.size(), 20U);
  EXPECT_EQ(read_all(reader->messages(query)), expected);
  query.topics = std::vector<std::string>{};
  EXPECT_TRUE(read_all(reader->messages(query)).empty());
}

TEST(McapReader, GivesTheSameOrderWithAlmostNoMemory) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap", small_chunks(Compression::kLz4));
  std::vector<Written> messages = sample_messages();  // every chunk overlaps every other
  for (std::size_t i = 0; i < messages.size(); ++i)
    messages[i].log_ns = static_cast<std::int64_t>((i * 7919) % 300) * 1'000'000;
  write_all(*writer, messages);
  ASSERT_TRUE(writer->close());
  McapLimits limits;
  limits.cached_size = 1;
  const auto reader = McapReader::open(folder / "a.mcap", limits);
  EXPECT_EQ(read_all(reader->messages()), by_log_time(messages));
}

TEST(McapReader, GivesAttachmentsAndMetadataBack) {
  const TempFolder folder;
  auto writer = McapWriter::create(folder / "a.mcap");
  const ByteVector data = noise(3'000'000, 3);
  ASSERT_TRUE(writer->add_attachment("calib.txt", "text/plain", Time(5ns), Time(4ns), data));
  ASSERT_TRUE(writer->add_metadata("run", {{"seed", "7"}, {"launch", "demo"}}));
  ASSERT_TRUE(writer->close());
  const auto reader = McapReader::open(folder / "a.mcap");
  ASSERT_EQ(reader->attachments().size(), 1U);
  const auto attachment = reader->read_attachment(reader->attachments()[0]);
  ASSERT_TRUE(attachment) << attachment.error().message;
  EXPECT_EQ(attachment->head.name, "calib.txt");
  EXPECT_EQ(attachment->head.log_time, Time(5ns));
  EXPECT_EQ(attachment->data, data);
  ASSERT_EQ(reader->metadata().size(), 1U);
  const auto metadata = reader->read_metadata(reader->metadata()[0]);
  EXPECT_EQ(metadata->entries, (StringMap{{"seed", "7"}, {"launch", "demo"}}));
}

TEST(McapReader, SaysWhatIsNoRecording) {
  const TempFolder folder;
  EXPECT_EQ(McapReader::open(folder / "none.mcap").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(McapReader::open(folder.path()).error().code, ErrorCode::kInvalidArgument);
  write_file(folder / "empty.mcap", std::string());
  EXPECT_THAT(McapReader::open(folder / "empty.mcap").error().message, ::testing::HasSubstr("0 bytes"));
  write_file(folder / "text.mcap", std::string("no recording at all"));
  EXPECT_THAT(McapReader::open(folder / "text.mcap").error().message, ::testing::HasSubstr("not an MCAP file"));
}

}  // namespace
}  // namespace ocelli::log
