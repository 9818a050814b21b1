// The clock of the bus is set by hand, so that nothing here depends on how fast the machine is.
#include "ocelli/middleware/node/live_executor.hpp"

#include <gmock/gmock.h>

#include <atomic>

#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/tests/middleware/node/ego_at_origin.hpp"

namespace ocelli::node {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr Time kStart = from_ns(1'000'000'000'000);

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_ns(now_ns_); }
  void set(Time time) { now_ns_ = to_ns(time); }

 private:
  std::atomic<std::int64_t> now_ns_ = to_ns(kStart);
};

/// Wheel speeds i = 0 … count-1, 5 ms apart; message `bad` cannot be read, `ahead` is stamped an hour ahead.
class Wheels final : public Source {
 public:
  explicit Wheels(int count, int bad = -1, int ahead = -1) : count_(count), bad_(bad), ahead_(ahead) {}
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    if (index_ == count_) return std::optional<SourceMessage>{};
    SourceMessage message;
    message.sensed_at = kStart + index_ * 5ms + (index_ == ahead_ ? Duration(1h) : Duration{});
    if (index_ == bad_) {
      message.problem = Error{ErrorCode::kCorrupt, "cut"};
    } else {
      ocelli::msg::VehicleState state;
      state.wheel_speed_mps().fill(index_);
      message.cdr = encode_to_buffer(state, topics_[0].kind->codec());
    }
    ++index_;
    return std::optional<SourceMessage>(std::move(message));
  }

 private:
  const std::vector<SourceTopic> topics_ = {{"vehicle/state", &topics::kind_of<topics::VehicleState>()}};
  const int count_;
  const int bad_;
  const int ahead_;
  int index_ = 0;
};

/// Clouds of one point each, at x = index, 5 ms apart.
class Clouds final : public Source {
 public:
  [[nodiscard]] const std::vector<SourceTopic>& topics() const override { return topics_; }
  Result<std::optional<SourceMessage>> next() override {
    SourceMessage message;
    message.sensed_at = kStart + index_ * 5ms;
    OCELLI_ASSIGN(auto draft, topics::draft_cloud({message.sensed_at, "lidar", 1, 1, true}));
    draft.points[0] = {static_cast<float>(index_++), 0, 0, 0};
    message.cdr = std::move(draft.cdr);
    return std::optional<SourceMessage>(std::move(message));
  }

 private:
  const std::vector<SourceTopic> topics_ = {{"lidar/top", &topics::kind_of<topics::LidarPoints>()}};
  int index_ = 0;
};

struct Speedometer {
  static constexpr std::string_view kName = "speedometer";
  struct In {
    Trigger<topics::VehicleState> wheels;
  };
  struct Out {
    Port<topics::EgoMotion> ego;
  };
  Status step(const In& in, Out& out) {
    if (in.wheels->wheel_speed_mps()[0] == 7.0) return error(ErrorCode::kUnavailable, "seven");
    ocelli::msg::EgoMotion ego = ego_at_origin();
    ego.speed_mps(in.wheels->wheel_speed_mps()[0]);
    out.ego.publish(ego);
    return ok();
  }
};

struct Follower {
  static constexpr std::string_view kName = "follower";
  struct In {
    Trigger<topics::EgoMotion> ego;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };
  Status step(const In& in, Out& out) {
    ocelli::msg::Tracks tracks;
    tracks.tracks().resize(static_cast<std::size_t>(in.ego->speed_mps()));
    tracks.sensors_missing(ocelli::msg::SOURCE_CAMERA);
    out.tracks.publish(tracks);
    return ok();
  }
};

class Live : public testing::Test {
 protected:
  HandClock clock_;
  Bus bus_{clock_, nullptr};
  Signal signal_;
  std::shared_ptr<Subscription> observations_ = *bus_.subscribe<topics::Observations>();
  std::mutex mutex_;
  std::vector<std::string> problems_;
  std::unique_ptr<LiveExecutor> executor_ =
      std::move(*LiveExecutor::create(bus_, [this](std::string_view who, const std::string& problem) {
        const std::lock_guard lock(mutex_);
        problems_.push_back(fmt::format("{}: {}", who, problem));
      }));

  Received take(Subscription& subscription) {
    std::optional<Received> received;
    while (!(received = subscription.take())) signal_.wait_for(1s);
    return *received;
  }
  std::vector<Observation> seen() {
    std::vector<Observation> all;
    while (const auto batch = observations_->take())
      for (const auto& o :
           static_cast<const ocelli::msg::ObservationBatch*>(batch->sample->value.get())->observations())
        all.push_back(from_message(o));
    return all;
  }
};

TEST_F(Live, TwoNodesOfOneProcessHandEveryMessageOn) {
  auto tracks = *bus_.subscribe<topics::Tracks>("tracks", &signal_);
  ASSERT_TRUE(executor_->add_source("vehicle", std::make_unique<Wheels>(6)));
  ASSERT_TRUE(executor_->add_node(std::move(*NodeShell::create("speedometer", erase(Speedometer{}), {}))));
  ASSERT_TRUE(executor_->add_node(std::move(*NodeShell::create("follower", erase(Follower{}), {}))));
  clock_.set(kStart + 1s);
  executor_->start();
  for (int i = 0; i < 6; ++i) {
    const Received received = take(*tracks);
    const auto& header = received.sample->header;
    EXPECT_EQ(static_cast<const ocelli::msg::Tracks*>(received.sample->value.get())->tracks().size(),
              static_cast<std::size_t>(i));
    EXPECT_EQ(header.sensed_at(), kStart + i * 5ms);
    EXPECT_EQ(header.published_at(), kStart + 1s);
    EXPECT_EQ(header.oldest.topic, topic_id("vehicle/state"));
    EXPECT_EQ(received.lost, 0U);
  }
  while (!executor_->are_sources_finished()) std::this_thread::yield();
  executor_->stop();
  std::map<ObservationKind, int> counts;
  for (const Observation& o : seen()) {
    ++counts[o.kind];
    const bool says_sensors = o.kind == ObservationKind::kPublish && o.topic == topic_id("tracks");
    EXPECT_EQ(o.quality[0], says_sensors ? ocelli::msg::SOURCE_CAMERA : 0.0);
  }
  EXPECT_EQ(counts[ObservationKind::kPublish], 18);
  EXPECT_EQ(counts[ObservationKind::kReceive], 12);
  EXPECT_EQ(counts[ObservationKind::kActivation], 12);
}

TEST_F(Live, AMessageComesWhenItsTimeHasComeAndNotBefore) {
  auto wheels = *bus_.subscribe<topics::VehicleState>("vehicle/state", &signal_);
  ASSERT_TRUE(executor_->add_source("vehicle", std::make_unique<Wheels>(3)));
  executor_->start();
  EXPECT_EQ(take(*wheels).sample->header.sensed_at(), kStart);
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(wheels->take()) << "the clock stands still";
  clock_.set(kStart + 5ms);
  EXPECT_EQ(take(*wheels).sample->header.sensed_at(), kStart + 5ms);
  executor_->stop();  // in the middle of the source
}

TEST_F(Live, AStampFromTheFutureHoldsUpNeitherItsSourceNorItsReaders) {
  auto ego = *bus_.subscribe<topics::EgoMotion>("ego_motion", &signal_);
  ASSERT_TRUE(executor_->add_source("vehicle", std::make_unique<Wheels>(5, -1, 2)));
  ASSERT_TRUE(executor_->add_node(std::move(*NodeShell::create("speedometer", erase(Speedometer{}), {}))));
  clock_.set(kStart + 1s);
  executor_->start();
  for (const int i : {0, 1, 3, 4}) EXPECT_EQ(take(*ego).sample->header.sensed_at(), kStart + i * 5ms);
  executor_->stop();
  EXPECT_THAT(problems_, Contains(HasSubstr("vehicle/state #3: stamped")));
}

TEST_F(Live, AFailedStepAndAnUnreadableMessageAreObservedAndTheRestGoesOn) {
  RecordProperty("verifies", "REQ-EXE-002");
  auto ego = *bus_.subscribe<topics::EgoMotion>("ego_motion", &signal_);
  ASSERT_TRUE(executor_->add_source("vehicle", std::make_unique<Wheels>(9, 3)));
  ASSERT_TRUE(executor_->add_node(std::move(*NodeShell::create("speedometer", erase(Speedometer{}), {}))));
  clock_.set(kStart + 1s);
  executor_->start();
  for (const int expected : {0, 1, 2, 4, 5, 6, 8})
    EXPECT_EQ(take(*ego).sample->header.sensed_at(), kStart + expected * 5ms);
  executor_->stop();
  EXPECT_THAT(problems_, Contains("vehicle: vehicle/state: cut"));
  EXPECT_THAT(problems_, Contains("speedometer: step failed: seven"));
  int invalid = 0, failed = 0;
  for (const Observation& o : seen()) {
    invalid += o.status == ObservationStatus::kInvalid;
    failed += o.status == ObservationStatus::kFailed;
  }
  EXPECT_EQ(invalid, 1);
  EXPECT_EQ(failed, 1);
}

TEST_F(Live, ALostSourceSaysNothingUntilItIsFoundAgain) {
  auto points = *bus_.subscribe<topics::LidarPoints>("lidar/top", &signal_);
  ASSERT_TRUE(executor_->add_source("lidar", std::make_unique<Clouds>()));
  executor_->start();
  EXPECT_EQ(take(*points).sample->header.sensed_at(), kStart);
  executor_->inject_loss("lidar/top", true);
  clock_.set(kStart + 10ms);  // two scans that nobody gets
  std::this_thread::sleep_for(300ms);
  EXPECT_FALSE(points->take());
  executor_->inject_loss("lidar/top", false);
  clock_.set(kStart + 15ms);
  EXPECT_EQ(take(*points).sample->header.sensed_at(), kStart + 15ms);
  executor_->stop();
  EXPECT_EQ(seen().size(), 2U) << "what was lost was not published";
}

TEST_F(Live, AFrozenSourceRepeatsItsContentUnderNewStamps) {
  auto points = *bus_.subscribe<topics::LidarPoints>("lidar/top", &signal_);
  ASSERT_TRUE(executor_->add_source("lidar", std::make_unique<Clouds>()));
  executor_->start();
  std::vector<float> xs;
  for (int i = 0; i < 4; ++i) {
    executor_->inject_freeze("lidar/top", i == 1 || i == 2);
    executor_->inject_freeze("camera/front", true);  // nobody's: nothing happens
    clock_.set(kStart + i * 5ms);
    const Received received = take(*points);
    const auto view = topics::PointCloudView::parse(received.sample->cdr->bytes());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->stamp, kStart + i * 5ms);
    EXPECT_EQ(received.sample->header.sensed_at(), kStart + i * 5ms);
    xs.push_back(view->point(0).x);
  }
  executor_->stop();
  EXPECT_THAT(xs, testing::ElementsAre(0, 0, 0, 3));
  const auto all = seen();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].content_hash, all[1].content_hash);
  EXPECT_EQ(all[1].content_hash, all[2].content_hash);
  EXPECT_NE(all[2].content_hash, all[3].content_hash);
}

TEST_F(Live, TwoNodesOnOneTopicAreRefused) {
  RecordProperty("verifies", "REQ-BUS-005");
  ASSERT_TRUE(executor_->add_node(std::move(*NodeShell::create("a", erase(Speedometer{}), {}))));
  const Status second = executor_->add_node(std::move(*NodeShell::create("b", erase(Speedometer{}), {})));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("ego_motion"));
}

TEST(ObservationMessage, ComesBackMemberByMember) {
  Observation o;
  o.kind = ObservationKind::kActivation;
  o.status = ObservationStatus::kCorrupt;
  o.entity = EntityId{1};
  o.topic = TopicId{2};
  o.writer = 3;
  o.lost = 4;
  o.sequence = 5;
  o.sensed_at = from_ns(6);
  o.published_at = from_ns(7);
  o.started_at = from_ns(8);
  o.observed_at = from_ns(9);
  o.oldest = {TopicId{10}, 11, from_ns(12)};
  o.newest = {TopicId{13}, 14, from_ns(15)};
  o.content_hash = 16;
  o.quality = {17, 18, 19, 20};
  const Observation again = from_message(to_message(o));
  EXPECT_EQ(again.kind, o.kind);
  EXPECT_EQ(again.status, o.status);
  EXPECT_EQ(again.entity, o.entity);
  EXPECT_EQ(again.topic, o.topic);
  EXPECT_EQ(again.writer, o.writer);
  EXPECT_EQ(again.lost, o.lost);
  EXPECT_EQ(again.sequence, o.sequence);
  EXPECT_EQ(again.sensed_at, o.sensed_at);
  EXPECT_EQ(again.published_at, o.published_at);
  EXPECT_EQ(again.started_at, o.started_at);
  EXPECT_EQ(again.observed_at, o.observed_at);
  EXPECT_EQ(again.oldest, o.oldest);
  EXPECT_EQ(again.newest, o.newest);
  EXPECT_EQ(again.content_hash, o.content_hash);
  EXPECT_EQ(again.quality, o.quality);
}

}  // namespace
}  // namespace ocelli::node
