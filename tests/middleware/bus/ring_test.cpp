#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <numeric>
#include <thread>

#include "ocelli/middleware/bus/ring_reader.hpp"
#include "ocelli/middleware/bus/ring_waiter.hpp"
#include "ocelli/middleware/bus/ring_writer.hpp"

namespace ocelli {
namespace {

constexpr RingGeometry kGeometry{8, 4096};
constexpr RingIdentity kIdentity{TopicId{7}, 99};

std::unique_ptr<RingWriter> make_writer(const RingGeometry& geometry = kGeometry) {
  auto writer = RingWriter::create("test", geometry, kIdentity);
  EXPECT_TRUE(writer) << writer.error().message;
  return std::move(*writer);
}

std::shared_ptr<const RingMap> map_of(const RingWriter& writer) {
  auto map = RingMap::open(writer.address());
  EXPECT_TRUE(map) << map.error().message;
  return *map;
}

SampleHeader header_of(std::uint64_t sequence, std::size_t size) {
  SampleHeader header;
  header.topic = kIdentity.topic;
  header.sequence = sequence;
  header.published_at_ns = static_cast<std::int64_t>(sequence) * 1000;
  header.body_length = static_cast<std::uint32_t>(size);
  return header;
}

std::vector<std::byte> body_of(std::uint64_t sequence, std::size_t size = 100) {
  std::vector<std::byte> body(size);
  for (std::size_t i = 0; i < size; ++i) body[i] = std::byte(sequence * 31 + i);
  return body;
}

void put(RingWriter& writer, std::uint64_t sequence, std::size_t size = 100) {
  ASSERT_TRUE(writer.commit(header_of(sequence, size), body_of(sequence, size)));
}

void expect_message(const std::optional<RingMessage>& message, std::uint64_t sequence, std::size_t size = 100) {
  ASSERT_TRUE(message);
  EXPECT_EQ(message->header.sequence, sequence);
  const auto expected = body_of(sequence, size);
  const auto bytes = message->cdr->bytes();
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end()));
}

TEST(Ring, AReaderGetsWhatIsPublishedAfterItCame) {
  const auto writer = make_writer();
  put(*writer, 1);
  RingReader reader(map_of(*writer));
  EXPECT_FALSE(reader.take(RingReader::Mode::kCopy));
  put(*writer, 2);
  put(*writer, 3, 4096);
  expect_message(reader.take(RingReader::Mode::kCopy), 2);
  expect_message(reader.take(RingReader::Mode::kView), 3, 4096);
  EXPECT_FALSE(reader.take(RingReader::Mode::kCopy));
}

TEST(Ring, AReaderMayGoBackToATimeOrToTheNewest) {
  const auto writer = make_writer();
  for (std::uint64_t i = 1; i <= 20; ++i) put(*writer, i);
  RingReader since(map_of(*writer));
  since.rewind(18'000);
  expect_message(since.take(RingReader::Mode::kCopy), 18);
  RingReader all(map_of(*writer));
  all.rewind(0);
  expect_message(all.take(RingReader::Mode::kCopy), 14);
  RingReader newest(map_of(*writer));
  newest.rewind_to_newest();
  expect_message(newest.take(RingReader::Mode::kCopy), 20);
  EXPECT_FALSE(newest.take(RingReader::Mode::kCopy));
}

TEST(Ring, AnOvertakenReaderGoesOnInTheMiddleAndItsViewsKnow) {
  const auto writer = make_writer();
  RingReader reader(map_of(*writer));
  put(*writer, 1);
  const auto view = reader.take(RingReader::Mode::kView);
  expect_message(view, 1);
  EXPECT_TRUE(view->cdr->is_intact());
  for (std::uint64_t i = 2; i <= 9; ++i) put(*writer, i);
  EXPECT_FALSE(view->cdr->is_intact());
  expect_message(reader.take(RingReader::Mode::kCopy), 2);
  for (std::uint64_t i = 10; i <= 30; ++i) put(*writer, i);
  expect_message(reader.take(RingReader::Mode::kCopy), 27);
}

TEST(Ring, ALoanIsPublishedWithoutACopyAndInAnyOrder) {
  const auto writer = make_writer();
  RingReader reader(map_of(*writer));
  const BufferPtr first = writer->take(100);
  const BufferPtr second = writer->take(100);
  for (const auto& [loan, sequence] : {std::pair{first, 2ULL}, std::pair{second, 1ULL}}) {
    loan->resize(64, 100);
    const auto body = body_of(sequence);
    std::copy(body.begin(), body.end(), loan->bytes().begin());
  }
  ASSERT_TRUE(writer->commit(header_of(1, 100), ConstBufferPtr(second)));
  ASSERT_TRUE(writer->commit(header_of(2, 100), ConstBufferPtr(first)));
  expect_message(reader.take(RingReader::Mode::kCopy), 1);
  const auto view = reader.take(RingReader::Mode::kView);
  expect_message(view, 2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view->cdr->bytes().data()) % 64, 0U);
}

TEST(Ring, BuffersHeldInTheProcessOfTheWriterAreNotWrittenAgain) {
  const auto writer = make_writer();
  const BufferPtr held = writer->take(100);
  held->resize(0, 100);
  std::fill(held->bytes().begin(), held->bytes().end(), std::byte{42});
  ASSERT_TRUE(writer->commit(header_of(1, 100), ConstBufferPtr(held)));
  for (std::uint64_t i = 2; i <= 100; ++i) put(*writer, i);
  for (const std::byte byte : held->bytes()) ASSERT_EQ(byte, std::byte{42});
}

TEST(Ring, WhenEverythingIsHeldLoansComeFromTheHeapAndNothingIsPublished) {
  const auto writer = make_writer();
  std::vector<BufferPtr> loans;
  for (std::uint64_t i = 0; i < kGeometry.buffers(); ++i) loans.push_back(writer->take(100));
  const BufferPtr heap = writer->take(100);
  ASSERT_NE(heap, nullptr);
  heap->resize(0, 100);
  EXPECT_FALSE(writer->commit(header_of(1, 100), ConstBufferPtr(heap)));
  loans.pop_back();
  EXPECT_TRUE(writer->commit(header_of(1, 100), ConstBufferPtr(heap)));
}

TEST(Ring, AMessageThatDoesNotFitIsRefused) {
  const auto writer = make_writer();
  EXPECT_FALSE(writer->commit(header_of(1, 4097), body_of(1, 4097)));
  EXPECT_GE(writer->take(4097)->capacity(), 4097U);
}

TEST(Ring, TheKernelKeepsReadersFromWritingAndResizing) {
  const auto writer = make_writer();
  const int fd = ::open(fmt::format("/proc/self/fd/{}", writer->address().fd).c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
  EXPECT_NE(::ftruncate(fd, 0), 0);
  EXPECT_NE(::ftruncate(fd, 1 << 30), 0);
  EXPECT_LT(::write(fd, "x", 1), 0);
  void* map = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
  ASSERT_NE(map, MAP_FAILED);
  EXPECT_NE(::mprotect(map, 4096, PROT_READ | PROT_WRITE), 0);
  ::munmap(map, 4096);
  ::close(fd);
}

TEST(Ring, AWriterThatHasGoneOrAnotherProcessOfItsNumberIsNotOpened) {
  RingAddress address = make_writer()->address();
  const auto closed = RingMap::open(address);
  ASSERT_FALSE(closed);
  const auto writer = make_writer();
  address = writer->address();
  address.process_start += 1;
  const auto other = RingMap::open(address);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, fmt::format("process {} has gone", ::getpid()));
}

/// A file like a ring's, with any content.
int file_of(std::span<const std::byte> bytes, std::uint64_t size, int seals) {
  const int fd = ::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  EXPECT_EQ(::ftruncate(fd, static_cast<off_t>(size)), 0);
  EXPECT_EQ(::pwrite(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  EXPECT_EQ(::fcntl(fd, F_ADD_SEALS, seals), 0);
  return fd;
}

TEST(Ring, FilesThatCouldShrinkOrAreNoRingsAreRefused) {
  RingHead head;
  head.slots = 8;
  head.capacity = 4096;
  const auto bytes = std::as_bytes(std::span(&head, 1));
  constexpr int kSealed = F_SEAL_SHRINK | F_SEAL_GROW;
  const std::uint64_t size = kGeometry.file_size();
  struct Case {
    std::span<const std::byte> content;
    std::uint64_t size;
    int seals;
    bool is_accepted;
  };
  const std::array<std::byte, 128> noise{};
  for (const Case& c : {Case{bytes, size, kSealed, true}, Case{bytes, size, 0, false},
                        Case{bytes, size - 1, kSealed, false}, Case{bytes, size + 64, kSealed, false},
                        Case{noise, size, kSealed, false}, Case{bytes.first(100), 100, kSealed, false}}) {
    const int fd = file_of(c.content, c.size, c.seals);
    EXPECT_EQ(RingMap::open_file(fd).has_value(), c.is_accepted) << c.size << " " << c.seals;
    ::close(fd);
  }
}

TEST(Ring, SlotsThatNameBytesOutsideOneBufferAreNotRead) {
  std::vector<std::byte> bytes(kGeometry.data_at());
  RingHead head;
  head.slots = 8;
  head.capacity = 4096;
  head.published = 5;
  std::memcpy(bytes.data(), static_cast<const void*>(&head), sizeof(head));
  constexpr std::uint64_t kFarEnd = ~std::uint64_t{0} - 8;
  const std::array<std::pair<std::uint64_t, std::uint64_t>, 5> places = {{{0, 16},
                                                                          {kFarEnd, 16},
                                                                          {kGeometry.data_at(), 0xFFFFFFFF},
                                                                          {kGeometry.data_at(), kGeometry.stride() + 1},
                                                                          {kGeometry.data_at(), 16}}};
  for (std::uint64_t i = 0; i < places.size(); ++i) {
    SlotHead slot;
    slot.generation = 2 * i + 2;
    slot.data_at = places[i].first;
    slot.header = header_of(i, places[i].second);
    std::memcpy(bytes.data() + sizeof(RingHead) + i * sizeof(SlotHead), static_cast<const void*>(&slot), sizeof(slot));
  }
  const int fd = file_of(bytes, kGeometry.file_size(), F_SEAL_SHRINK | F_SEAL_GROW);
  const auto map = RingMap::open_file(fd);
  ::close(fd);
  ASSERT_TRUE(map);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_FALSE((*map)->read(i)) << i;
  EXPECT_TRUE((*map)->read(4));
}

TEST(Ring, AddressesSurviveTheWireAndStrangersAreNone) {
  const RingAddress address = make_writer()->address();
  const auto bytes = to_bytes(address);
  EXPECT_EQ(parse_ring_address(bytes), address);
  EXPECT_FALSE(parse_ring_address(std::span(bytes).first(47)));
  EXPECT_FALSE(parse_ring_address({}));
  EXPECT_NE(this_host(), HostTag{});
}

class RingWaiting : public testing::TestWithParam<RingWaiter::Style> {};

TEST_P(RingWaiting, DeliversOnTheWaitingThreadWhateverWakesIt) {
  const auto writer = make_writer({256, 4096});
  const auto other = make_writer();
  RingWaiter waiter(GetParam());
  std::vector<std::uint64_t> got;
  const int rings = GetParam() == RingWaiter::Style::kOne ? 1 : 2;
  for (const auto* source : {writer.get(), other.get()}) {
    if (source == other.get() && rings == 1) continue;
    auto input = std::make_shared<RingInput>(map_of(*source));
    input->deliver = [&](const RingMessage& message) {
      got.push_back(message.header.sequence);
      return RingInput::Progress::kDone;
    };
    waiter.attach(input);
  }
  constexpr std::uint64_t kMessages = 200;
  std::thread publishing([&] {
    for (std::uint64_t i = 1; i <= kMessages; ++i) {
      put(*writer, i);
      writer->wake();
      if (i % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
  });
  while (got.size() < kMessages) waiter.wait_for(10s);
  publishing.join();
  std::vector<std::uint64_t> expected(kMessages);
  std::iota(expected.begin(), expected.end(), 1U);
  EXPECT_EQ(got, expected);
}

TEST_P(RingWaiting, IsWokenByItsOwnProcess) {
  RingWaiter waiter(GetParam());
  std::thread caller([&] { waiter.notify(); });
  EXPECT_FALSE(waiter.wait_for(10min));
  caller.join();
}

TEST_P(RingWaiting, DeliversTheRestOfAWriterThatHasGone) {
  auto writer = make_writer();
  RingWaiter waiter(GetParam());
  int count = 0;
  auto input = std::make_shared<RingInput>(map_of(*writer));
  input->deliver = [&](const RingMessage&) {
    ++count;
    return RingInput::Progress::kDone;
  };
  waiter.attach(input);
  put(*writer, 1);
  put(*writer, 2);
  writer.reset();
  input->is_ending = true;
  EXPECT_TRUE(waiter.wait_for(0s));
  EXPECT_EQ(count, 2);
}

TEST_P(RingWaiting, SleepsOnWhileAMessageIsHeldBack) {
  auto writer = make_writer();
  RingWaiter waiter(GetParam());
  int looks = 0;
  auto input = std::make_shared<RingInput>(map_of(*writer));
  input->deliver = [&](const RingMessage& message) {
    ++looks;
    input->reader.step_back(message.skipped);
    return RingInput::Progress::kHolds;
  };
  waiter.attach(input);
  put(*writer, 1);
  waiter.wait_for(0s);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(waiter.wait_for(60ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 60ms) << "nothing came and nobody called";
  EXPECT_GT(looks, 2) << "it is looked at again meanwhile: what is held back is given up some time";
  waiter.detach(input);
  input->deliver = nullptr;
}

INSTANTIATE_TEST_SUITE_P(Styles, RingWaiting,
                         testing::Values(RingWaiter::Style::kMany, RingWaiter::Style::kOne,
                                         RingWaiter::Style::kRelays));

/// The control words under ThreadSanitizer; every accepted copy must be what was published.
TEST(Ring, RacingReadersNeverAcceptATornMessage) {
  RecordProperty("verifies", "REQ-BUS-001");
  const auto writer = make_writer({4, 256});
  constexpr std::uint64_t kMessages = 20'000;
  std::atomic<bool> is_done = false;
  std::vector<std::thread> readers;
  std::atomic<int> torn = 0;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&, map = map_of(*writer)] {
      RingReader reader(map);
      std::uint64_t last = 0;
      while (!is_done) {
        const auto message = reader.take(RingReader::Mode::kCopy);
        if (!message) {
          std::this_thread::yield();
          continue;
        }
        const auto expected = body_of(message->header.sequence, 200);
        const auto bytes = message->cdr->bytes();
        if (!std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end())) ++torn;
        if (message->header.sequence <= last) ++torn;
        last = message->header.sequence;
      }
    });
  for (std::uint64_t i = 1; i <= kMessages; ++i) put(*writer, i, 200);
  is_done = true;
  for (auto& thread : readers) thread.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace ocelli
