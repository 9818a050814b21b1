// The node in the live executor with an accelerator that hangs: pictures come much faster than it answers. Nothing here
// depends on how fast the machine is: the sums hold for every interleaving.
#include <gmock/gmock.h>

#include <fstream>
#include <mutex>

#include "ocelli/middleware/node/live_executor.hpp"
#include "ocelli/perception/camera_objects/camera_objects_node.hpp"
#include "ocelli/tests/hal/accel/models.hpp"

namespace ocelli::perception {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr Time kStart = from_ns(1'000'000'000'000);
constexpr int kPictures = 60;

class StandingClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return kStart + 10s; }
};

/// Grey pictures, 1 ms apart, all of them due at once.
class Pictures final : public Source {
 public:
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == kPictures) return std::optional<SourceMessage>{};
    std::this_thread::sleep_for(1ms);
    SourceMessage message;
    message.sensed_at = kStart + index_++ * 1ms;
    OCELLI_ASSIGN(auto draft, topics::draft_image({message.sensed_at, "camera", 16, 16, "mono8"}));
    message.cdr = std::move(draft.cdr);
    return std::optional<SourceMessage>(std::move(message));
  }

 private:
  const std::vector<SourceTopic> topics_ = {{"camera/front", &topics::kind_of<topics::CameraImage>()}};
  int index_ = 0;
};

struct Sums {
  int done = 0;
  int failed = 0;
  int received = 0;
  std::uint64_t lost = 0;
};

class LiveCamera : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.path() / "test.yaml")
        << "licence: none\ndecoder: fastestdet\n"
           "files: [{name: a, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}]\n"
           "input: {width_px: 64, height_px: 64}\nclasses: [person, dog]\n";
    std::ofstream(folder_.path() / "a") << "abc";
    accel::set_models_folder(folder_.path().string());
  }

  std::unique_ptr<node::LiveExecutor> executor_on(Bus& bus, std::atomic<bool>* is_stopping = nullptr) {
    return std::move(*node::LiveExecutor::create(
        bus,
        [this](std::string_view, const std::string& problem) {
          const std::lock_guard lock(mutex_);
          problems_.push_back(problem);
        },
        is_stopping));
  }

  static std::unique_ptr<node::NodeShell> eyes(const std::string& options, Duration deadline,
                                               Duration reset_after = 1h) {
    CameraObjectsConfig config;
    config.model = {"test"};
    config.deadline = deadline;
    config.accelerator = {"fault", "outputs=1x7x4x4;" + options, 1};
    config.accelerator.reset_after = reset_after;
    auto shell = node::NodeShell::create("eyes", node::erase(CameraObjectsNode(config)),
                                         {{{"picture", "camera/front"}}, {}, {}});
    EXPECT_TRUE(shell) << shell.error().message;
    return std::move(*shell);
  }

  /// All pictures through a node whose accelerator has these options.
  Sums drive(const std::string& options, Duration deadline, Duration injected = {}) {
    Bus bus(clock_, nullptr);
    const auto observations = *bus.subscribe<topics::Observations>();
    auto executor = executor_on(bus);
    EXPECT_TRUE(executor->add_node(eyes(options, deadline)));
    EXPECT_TRUE(executor->add_source("camera", std::make_unique<Pictures>()));
    executor->inject_slow_inference("ears", 1h);  // somebody else
    executor->inject_slow_inference("eyes", injected);
    executor->start();
    Sums sums;
    while (sums.received + static_cast<int>(sums.lost) < kPictures || sums.done + sums.failed < sums.received) {
      while (const auto batch = observations->take())
        for (const auto& o :
             static_cast<const ocelli::msg::ObservationBatch*>(batch->sample->value.get())->observations())
          count(node::from_message(o), sums);
      std::this_thread::sleep_for(1ms);
    }
    executor->stop();
    return sums;
  }

  static void count(const Observation& seen, Sums& sums) {
    if (seen.kind == ObservationKind::kReceive) {
      ++sums.received;
      sums.lost += seen.lost;
    } else if (seen.kind == ObservationKind::kActivation) {
      ++(seen.status == ObservationStatus::kFailed ? sums.failed : sums.done);
    }
  }

  accel::test::Folder folder_;
  StandingClock clock_;
  std::mutex mutex_;
  std::vector<std::string> problems_;
};

TEST_F(LiveCamera, WhatASlowNetworkCannotTakeIsLostAndCounted) {
  RecordProperty("verifies", "REQ-EXE-004");
  const Sums sums = drive("latency_ms=20", 20s);
  EXPECT_EQ(sums.failed, 0);
  EXPECT_EQ(sums.done + static_cast<int>(sums.lost), kPictures);
  EXPECT_GT(sums.lost, 0U) << "60 pictures in 60 ms, 20 ms each: they cannot all have waited";
}

TEST_F(LiveCamera, AHangIsAFaultAndTheNextPictureWorksAgain) {
  RecordProperty("verifies", "REQ-EXE-004");
  const Sums sums = drive("fault=hang;after=1;every=2", 5ms);
  EXPECT_EQ(sums.done + sums.failed + static_cast<int>(sums.lost), kPictures);
  EXPECT_GT(sums.failed, 0);
  EXPECT_GT(sums.done, 0);
  EXPECT_THAT(problems_, Contains(HasSubstr("no result within 5.0 ms: dropped")));
}

TEST_F(LiveCamera, AnInjectedDelayBeyondTheDeadlineFailsEveryPicture) {
  RecordProperty("verifies", "REQ-EXE-004");
  const Sums sums = drive("", 5ms, 20ms);
  EXPECT_EQ(sums.done, 0);
  EXPECT_GT(sums.failed, 0);
  EXPECT_THAT(problems_, Contains(HasSubstr("no result within 5.0 ms: dropped")));
}

TEST_F(LiveCamera, WhileADeafAcceleratorIsBusyPicturesFailAtOnceAndNothingQueues) {
  RecordProperty("verifies", "REQ-EXE-004");
  const Sums sums = drive("fault=deaf;after=1;hang_ms=40", 2ms);
  EXPECT_EQ(sums.done + sums.failed + static_cast<int>(sums.lost), kPictures);
  EXPECT_GT(sums.failed, sums.done);
  EXPECT_THAT(problems_, Contains(HasSubstr("busy")));
}

TEST_F(LiveCamera, AnAcceleratorThatHangsIsNamedAndItsNodeIsLostForThisProcess) {
  RecordProperty("verifies", "REQ-EXE-005");
  Bus bus(clock_, nullptr);
  auto executor = executor_on(bus);
  ASSERT_TRUE(executor->add_node(eyes("fault=deaf;after=1;hang_ms=20000", 2ms, 20ms)));
  const auto pictures = *bus.publish<topics::CameraImage>("camera/front");
  EXPECT_EQ(executor->lost_node(), "");
  executor->start();
  for (int i = 0; executor->lost_node().empty(); ++i) {  // an executor that never says so runs into the time limit
    const Time stamp = kStart + i * 1ms;
    auto draft = topics::draft_image({stamp, "camera", 16, 16, "mono8"});
    pictures->publish_cdr(std::move(draft->cdr), {.sensed_at = stamp, .lineage = {}, .flags = 0});
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(executor->lost_node(), "eyes");
  executor->stop();
  EXPECT_THAT(problems_, Contains(HasSubstr("device hangs, given up: busy for")));
}

TEST_F(LiveCamera, AStopRequestFromOutsideEndsTheLoadOfANode) {
  Bus bus(clock_, nullptr);
  std::atomic<bool> is_stopping = true;
  auto executor = executor_on(bus, &is_stopping);
  const Status added = executor->add_node(eyes("fault=deaf_rehearsal;hang_ms=20000", 2ms));
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("node 'eyes': "));
  EXPECT_THAT(added.error().message, HasSubstr("loading given up, the run ends"));
}

TEST_F(LiveCamera, AStopOfTheExecutorIsSeenOutside) {
  Bus bus(clock_, nullptr);
  std::atomic<bool> is_stopping = false;
  auto executor = executor_on(bus, &is_stopping);
  executor->start();
  executor->stop();
  EXPECT_TRUE(is_stopping);
}

}  // namespace
}  // namespace ocelli::perception
