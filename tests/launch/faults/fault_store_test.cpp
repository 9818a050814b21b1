#include "ocelli/launch/faults/fault_store.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "ocelli/launch/faults/fault_writer.hpp"

namespace ocelli::launch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FaultStoreFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / fmt::format("ocelli_faults_{}_{}", test->name(), ::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "faults.sqlite"; }
  [[nodiscard]] FaultStore open(FaultStore::Access access) const {
    auto store = FaultStore::open(file(), access);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  std::filesystem::path folder_;
};

StoredFault fault_of(const std::string& id, const std::string& state, std::int64_t at_ns) {
  StoredFault fault;
  fault.run = "run-1";
  fault.at = from_ns(at_ns);
  fault.id = id;
  fault.detector = "frozen";
  fault.entity = id.substr(0, id.find('.'));
  fault.state = state;
  fault.asil = "B";
  fault.evidence_at = from_ns(at_ns - 100);
  fault.detected_at = from_ns(at_ns);
  fault.value = 3.0;
  fault.limit = 1.0;
  fault.unit = "repeats";
  fault.detail = "the same picture \"again\"";
  return fault;
}

std::vector<std::string> ids_of(const Result<std::vector<StoredFault>>& faults) {
  std::vector<std::string> ids;
  if (!faults) return {faults.error().message};
  for (const StoredFault& fault : *faults) ids.push_back(fault.id + " " + fault.state);
  return ids;
}

TEST_F(FaultStoreFile, WhatWasAppendedIsFoundAgainAfterReopening) {
  {
    FaultStore store = open(FaultStore::Access::kWrite);
    ASSERT_TRUE(store.begin_run({"run-1", from_ns(5), "demo", "0.1.0"}));
    ASSERT_TRUE(store.begin_run({"run-1", from_ns(9), "demo", "0.1.0"})) << "a restarted process goes on with its run";
    const StoreEntry entries[] = {fault_of("camera/front.frozen", "confirmed", 1000),
                                  StoredMode{"run-1", from_ns(1001), "degraded", "nominal"}};
    ASSERT_TRUE(store.append(entries));
  }
  const FaultStore store = open(FaultStore::Access::kRead);
  const auto faults = store.faults({});
  ASSERT_TRUE(faults && faults->size() == 1U);
  const StoredFault& fault = faults->front();
  EXPECT_EQ(fault.at, from_ns(1000));
  EXPECT_EQ(fault.evidence_at, from_ns(900));
  EXPECT_EQ(fault.entity, "camera/front");
  EXPECT_EQ(fault.value, 3.0);
  EXPECT_EQ(fault.limit, 1.0);
  EXPECT_EQ(fault.detail, "the same picture \"again\"");
  const auto modes = store.modes("");
  ASSERT_TRUE(modes && modes->size() == 1U);
  EXPECT_EQ(modes->front().mode, "degraded");
  const auto runs = store.runs();
  ASSERT_TRUE(runs && runs->size() == 1U);
  EXPECT_EQ(runs->front().begin, from_ns(5));
}

TEST_F(FaultStoreFile, QueriesNarrowByNameStateAndLastState) {
  FaultStore store = open(FaultStore::Access::kWrite);
  const StoreEntry entries[] = {
      fault_of("camera/front.frozen", "confirmed", 10), fault_of("lidar/top.silent", "confirmed", 20),
      fault_of("camera/front.frozen", "healed", 30), fault_of("camera/rear.frozen", "pending", 40)};
  ASSERT_TRUE(store.append(entries));
  EXPECT_THAT(ids_of(store.faults({.id = "camera/*"})),
              ElementsAre("camera/front.frozen confirmed", "camera/front.frozen healed", "camera/rear.frozen pending"));
  EXPECT_THAT(ids_of(store.faults({.state = "confirmed"})),
              ElementsAre("camera/front.frozen confirmed", "lidar/top.silent confirmed"));
  EXPECT_THAT(ids_of(store.faults({.state = "confirmed", .only_last = true})),
              ElementsAre("lidar/top.silent confirmed"));
  EXPECT_THAT(ids_of(store.faults({.asil = "D"})), ElementsAre());
  EXPECT_THAT(ids_of(store.faults({.id = "x'; DROP TABLE faults; --"})), ElementsAre())
      << "values are bound, not pasted";
  EXPECT_EQ(store.faults({})->size(), 4U);
}

TEST_F(FaultStoreFile, WhatDoesNotApplyStaysUnknown) {
  FaultStore store = open(FaultStore::Access::kWrite);
  StoredFault fault = fault_of("a.b", "confirmed", 1);
  fault.value = std::nan("");
  const StoreEntry entries[] = {fault};
  ASSERT_TRUE(store.append(entries));
  EXPECT_TRUE(std::isnan(store.faults({})->front().value));
}

TEST_F(FaultStoreFile, OtherFilesAreRefused) {
  EXPECT_EQ(FaultStore::open(file(), FaultStore::Access::kRead).error().code, ErrorCode::kNotFound);
  std::ofstream(file()) << std::string(4096, 'x');
  const auto text = FaultStore::open(file(), FaultStore::Access::kWrite);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(text.error().message, HasSubstr("faults.sqlite"));
}

TEST_F(FaultStoreFile, AFolderThatIsNotThereIsAnError) {
  const auto store = FaultStore::open(folder_ / "none" / "faults.sqlite", FaultStore::Access::kWrite);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUnavailable);
}

TEST_F(FaultStoreFile, AReaderSeesWhatAWriterHasCommittedMeanwhile) {
  FaultStore writer = open(FaultStore::Access::kWrite);
  const StoreEntry first[] = {fault_of("a.b", "confirmed", 1)};
  ASSERT_TRUE(writer.append(first));
  const FaultStore reader = open(FaultStore::Access::kRead);
  EXPECT_EQ(reader.faults({})->size(), 1U);
  const StoreEntry second[] = {fault_of("a.b", "healed", 2)};
  ASSERT_TRUE(writer.append(second));
  EXPECT_EQ(reader.faults({})->size(), 2U);
}

TEST_F(FaultStoreFile, TheWriterCommitsInGroupsAndEverythingBeforeItEnds) {
  constexpr int kEntries = 2000;
  std::uint64_t commits = 0;
  {
    FaultWriter writer(open(FaultStore::Access::kWrite), [](const std::string& problem) { ADD_FAILURE() << problem; });
    for (int i = 0; i < kEntries; ++i) EXPECT_TRUE(writer.push(fault_of("a.b", "pending", i)));
    while (writer.committed() < kEntries) std::this_thread::yield();
    commits = writer.commits();
    EXPECT_TRUE(writer.push(fault_of("a.b", "confirmed", kEntries)));
  }
  EXPECT_LT(commits, kEntries / 4U) << "entries that wait share a commit";
  EXPECT_EQ(open(FaultStore::Access::kRead).faults({})->size(), kEntries + 1U);
}

/// Commits one entry after the other and says so through the pipe, until it is killed.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int pipe) {
  auto store = FaultStore::open(file, FaultStore::Access::kWrite);
  if (!store) ::_exit(1);
  for (std::int64_t i = 0;; ++i) {
    const StoreEntry entries[] = {fault_of("a.b", "confirmed", i),
                                  StoredMode{"run-1", from_ns(i), "degraded", "nominal"}};
    if (!store->append(entries) || ::write(pipe, &i, sizeof(i)) != sizeof(i)) ::_exit(1);
  }
}

TEST_F(FaultStoreFile, WhatWasCommittedSurvivesKill9) {
  std::int64_t acknowledged = -1;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(folder_ / fmt::format("{}.sqlite", round), ends[1]);
    ::close(ends[1]);
    acknowledged = -1;
    for (int i = 0; i < 20 + 7 * round; ++i) ASSERT_EQ(::read(ends[0], &acknowledged, sizeof(acknowledged)), 8);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (::read(ends[0], &acknowledged, sizeof(acknowledged)) == 8) continue;
    ::close(ends[0]);
    const auto store = FaultStore::open(folder_ / fmt::format("{}.sqlite", round), FaultStore::Access::kWrite);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(store->check());
    const auto faults = store->faults({});
    const auto modes = store->modes("");
    ASSERT_TRUE(faults && modes);
    EXPECT_GE(static_cast<std::int64_t>(faults->size()), acknowledged + 1) << "every acknowledged entry is there";
    EXPECT_LE(static_cast<std::int64_t>(faults->size()), acknowledged + 2) << "at most the one that was on its way";
    EXPECT_EQ(faults->size(), modes->size()) << "a transaction is there as a whole or not at all";
  }
}

}  // namespace
}  // namespace ocelli::launch
