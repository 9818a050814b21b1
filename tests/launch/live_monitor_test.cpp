// A monitor that is started again during a run goes on in a mode that is not left by itself.
#include "ocelli/launch/live_monitor.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "ocelli/launch/faults/fault_store.hpp"

namespace ocelli::launch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ResumeMode : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / fmt::format("ocelli_resume_{}_{}", ::getpid(),
                                                         testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void store(const std::string& run, const std::vector<std::string>& modes) {
    auto store = FaultStore::open(file_(), FaultStore::Access::kWrite);
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->begin_run({run, from_ns(1), "demo", "1"}));
    std::vector<StoreEntry> entries;
    for (const std::string& mode : modes)
      entries.emplace_back(
          StoredMode{run, from_ns(1'000'000'000 + static_cast<std::int64_t>(entries.size())), mode, ""});
    ASSERT_TRUE(store->append(entries));
  }
  [[nodiscard]] fs::path file_() const { return folder_ / "faults.sqlite"; }

  fs::path folder_;
  std::unique_ptr<safety::Monitor> monitor_ = std::move(*safety::Monitor::create({.nodes = {}}));
};

TEST_F(ResumeMode, TheLastModeOfTheRunGoesOn) {
  RecordProperty("verifies", "REQ-MON-037");
  store("run-1", {"nominal", "degraded", "minimal_risk"});
  store("run-2", {"nominal", "safe_stop"});
  ASSERT_TRUE(resume_mode(*monitor_, file_(), "run-1"));
  EXPECT_EQ(monitor_->mode_name(), "minimal_risk");
  EXPECT_EQ(monitor_->mode_since(), from_ns(1'000'000'002));
}

TEST_F(ResumeMode, WhatEndsByItselfIsFoundAnew) {
  RecordProperty("verifies", "REQ-MON-037");
  store("run-1", {"minimal_risk", "nominal", "degraded"});
  ASSERT_TRUE(resume_mode(*monitor_, file_(), "run-1"));
  EXPECT_EQ(monitor_->mode_name(), "nominal");
}

TEST_F(ResumeMode, AFirstLifeHasNothingToGoOnWith) {
  EXPECT_TRUE(resume_mode(*monitor_, file_(), "run-1")) << "no store yet";
  store("another run", {"safe_stop"});
  EXPECT_TRUE(resume_mode(*monitor_, file_(), "run-1"));
  EXPECT_EQ(monitor_->mode_name(), "nominal");
}

TEST_F(ResumeMode, AStoreThatCannotBeReadIsTold) {
  std::ofstream(file_()) << "not a database, but long enough to be taken for the beginning of one of those files....";
  const Status status = resume_mode(*monitor_, file_(), "run-1");
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("faults.sqlite"));
}

}  // namespace
}  // namespace ocelli::launch
