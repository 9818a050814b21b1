#include "ocelli/middleware/bus/beside_messages.hpp"

#include <gtest/gtest.h>

#include "ocelli/middleware/core/recycled.hpp"

namespace ocelli {
namespace {

using State = BesideMessages::State;

SampleHeader header_of(std::uint32_t writer, std::uint64_t sequence) {
  SampleHeader header;
  header.writer = writer;
  header.sequence = sequence;
  return header;
}

void put(BesideMessages& messages, std::uint32_t writer, std::uint64_t sequence) {
  auto sample = make_recycled<Sample>();
  sample->header = header_of(writer, sequence);
  messages.put(sample, Integrity::kTrusted);
}

State state_of(BesideMessages& messages, std::uint32_t writer, std::uint64_t sequence, std::size_t readers = 1) {
  const BesideMessages::Found found = messages.take(header_of(writer, sequence), readers);
  EXPECT_EQ(found.sample != nullptr, found.state == State::kHere);
  return found.state;
}

TEST(BesideMessages, AreKeptUntilAllReadersHaveTakenThem) {
  BesideMessages messages(4);
  put(messages, 1, 5);
  EXPECT_EQ(state_of(messages, 1, 5, 2), State::kHere);
  EXPECT_EQ(messages.size(), 1U);
  EXPECT_EQ(state_of(messages, 1, 5, 2), State::kHere);
  EXPECT_EQ(messages.size(), 0U);
}

TEST(BesideMessages, OneWriterDoesNotPushOutWhatAnotherHasSent) {
  BesideMessages messages(2);
  put(messages, 1, 1);
  for (std::uint64_t i = 1; i <= 10; ++i) put(messages, 2, i);
  EXPECT_EQ(messages.size(), 3U);
  EXPECT_EQ(state_of(messages, 1, 1), State::kHere);
  EXPECT_EQ(state_of(messages, 2, 8), State::kLost) << "the newest two are there";
  EXPECT_EQ(state_of(messages, 2, 9), State::kHere);
  EXPECT_EQ(state_of(messages, 2, 10), State::kHere);
}

TEST(BesideMessages, OneThatHasNotComeIsLostOnlyWhenALaterOneOfItsWriterIsHere) {
  BesideMessages messages(4);
  EXPECT_EQ(state_of(messages, 1, 3), State::kNotYet);
  put(messages, 2, 4);
  EXPECT_EQ(state_of(messages, 1, 3), State::kNotYet);
  put(messages, 1, 4);
  EXPECT_EQ(state_of(messages, 1, 3), State::kLost);
}

TEST(BesideMessages, OfAForgottenWriterAreGone) {
  BesideMessages messages(4);
  put(messages, 1, 3);
  put(messages, 2, 3);
  messages.forget(1);
  EXPECT_EQ(messages.size(), 1U);
  EXPECT_EQ(state_of(messages, 1, 3), State::kNotYet);
}

TEST(BesideMessages, RememberSoManyWritersAndNoMore) {
  BesideMessages messages(1);
  for (std::uint32_t writer = 0; writer <= kMostWriters; ++writer) put(messages, writer, 1);
  EXPECT_EQ(messages.size(), kMostWriters);
  EXPECT_EQ(state_of(messages, 0, 1), State::kNotYet) << "the first to come was the first to go";
  EXPECT_EQ(state_of(messages, 1, 1), State::kHere);
}

TEST(NewestOfWriters, ForgetTheOneThatWasHeardLongestAgo) {
  NewestOfWriters newest;
  EXPECT_TRUE(newest.empty());
  for (std::uint32_t writer = 1; writer <= kMostWriters; ++writer) newest.note(writer, writer * 10);
  newest.note(1, 11);
  newest.note(9999, 5);
  EXPECT_EQ(newest.of(1), 11U) << "heard a moment ago, though it was the first";
  EXPECT_EQ(newest.of(2), 0U);
  EXPECT_EQ(newest.of(3), 30U);
  EXPECT_EQ(newest.of(9999), 5U);
}

}  // namespace
}  // namespace ocelli
