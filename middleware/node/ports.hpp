#pragma once
// What a node sees of the world: its input and output ports. A node is a plain struct:
//
//   struct LidarDetector {
//     static constexpr std::string_view kName = "lidar_objects";
//     struct Config { double range_max_m = 80.0; static constexpr auto fields() { … } };
//     struct In  { Trigger<topics::LidarPoints> cloud; Latest<topics::EgoMotion> ego; };
//     struct Out { Port<topics::LidarObjects> objects; };
//     explicit LidarDetector(const Config& config);
//     Status step(const In& in, Out& out);
//     Status prepare(const Conditions& conditions);  // optional: what must be loaded before the first step
//     bool takes(Time sensed_at);  // optional: false passes over that trigger, without a step; apart from step()'s
//     state
//     bool needs_new_process() const;  // optional: what it needs is lost for this process; asked after each step
//   };
//
// Trigger starts an activation. A node may have several, each of a topic of its own: a message of any of them starts an
// activation, in which the others have no value. Latest gives the newest message, Window the messages of the last span;
// both only while they are young enough. Bulk topics arrive as views (PointCloudView, ImageView), all others as
// generated messages. A port knows nothing of bus, clock or executor.

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"
#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli {

enum class InputPolicy : std::uint8_t { kTrigger, kLatest, kWindow };

namespace detail {
template <class Type>
struct ValueOf {
  using type = Type;
};
template <>
struct ValueOf<sensor_msgs::msg::Image> {
  using type = topics::ImageView;
};
template <>
struct ValueOf<sensor_msgs::msg::PointCloud2> {
  using type = topics::PointCloudView;
};
}  // namespace detail

/// What a step works on: the view of a bulk kind, else the generated message.
template <class Tag>
using ValueOf = typename detail::ValueOf<typename Tag::Type>::type;

/// One message at an input port. Valid during the step.
template <class Tag>
class Input {
 public:
  explicit Input(SamplePtr sample) : sample_(std::move(sample)) {}
  [[nodiscard]] const ValueOf<Tag>& value() const { return *static_cast<const ValueOf<Tag>*>(sample_->value.get()); }
  const ValueOf<Tag>& operator*() const { return value(); }
  const ValueOf<Tag>* operator->() const { return &value(); }
  [[nodiscard]] Time sensed_at() const { return sample_->header.sensed_at(); }
  [[nodiscard]] const SampleHeader& header() const { return sample_->header; }

 private:
  SamplePtr sample_;
};

/// What a node's prepare() is told, once, before the first step.
struct Conditions {
  bool has_deadlines = true;  // false in logical time: no result may depend on how fast this machine computes
  /// Injection point of a live run: how much later every inference of the node ends. Null: there is none.
  const std::atomic<Duration>* inference_delay = nullptr;
  /// Becomes true when the run is to end: nothing waits any longer for an accelerator. Null: nobody ends it.
  const std::atomic<bool>* is_stopping = nullptr;
};

/// Starts an activation for every message. At most `kMostWaiting` wait while a step runs, the newest; what they push
/// out is counted as lost. 0: as many as the kind's queue holds.
template <class Tag, std::size_t kMostWaiting = 0>
class Trigger {
 public:
  using Topic = Tag;
  static constexpr InputPolicy kPolicy = InputPolicy::kTrigger;
  static constexpr Duration kSpan{};
  static constexpr std::size_t kWaiting = kMostWaiting;

  /// Whether it started this activation; always so when it is the only trigger. Precondition of all below.
  [[nodiscard]] bool has_value() const { return input_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const ValueOf<Tag>& value() const { return input_->value(); }
  const ValueOf<Tag>& operator*() const { return value(); }
  const ValueOf<Tag>* operator->() const { return &value(); }
  [[nodiscard]] Time sensed_at() const { return input_->sensed_at(); }
  [[nodiscard]] const SampleHeader& header() const { return input_->header(); }

  void bind(std::span<const SamplePtr> samples) {
    input_.reset();
    if (!samples.empty()) input_.emplace(samples.front());
  }

 private:
  std::optional<Input<Tag>> input_;
};

/// The newest message, unless it is older than its maximum age (milliseconds; a launch file may override it). Of a kind
/// with QoS `state` the value holds until it is replaced: it has no age, and is no part of the data's age.
template <class Tag, int kMaxAgeMs = 500>
class Latest {
 public:
  using Topic = Tag;
  static constexpr InputPolicy kPolicy = InputPolicy::kLatest;
  static constexpr Duration kSpan = std::chrono::milliseconds(kMaxAgeMs);
  static constexpr std::size_t kWaiting = 0;

  [[nodiscard]] bool has_value() const { return input_.has_value(); }
  explicit operator bool() const { return has_value(); }
  /// Precondition of all below: has_value().
  [[nodiscard]] const ValueOf<Tag>& value() const { return input_->value(); }
  const ValueOf<Tag>& operator*() const { return value(); }
  const ValueOf<Tag>* operator->() const { return &value(); }
  [[nodiscard]] Time sensed_at() const { return input_->sensed_at(); }
  [[nodiscard]] const SampleHeader& header() const { return input_->header(); }

  void bind(std::span<const SamplePtr> samples) {
    input_.reset();
    if (!samples.empty()) input_.emplace(samples.back());
  }

 private:
  std::optional<Input<Tag>> input_;
};

/// A latest message that may be absent: the node says by itself what it does without, and its output is not degraded.
template <class Tag, int kMaxAgeMs = 500>
class OptionalLatest : public Latest<Tag, kMaxAgeMs> {
 public:
  OptionalLatest() = default;
  static constexpr bool kIsOptional = true;
};

/// All messages sensed in the last span, oldest first.
template <class Tag, int kSpanMs>
class Window {
 public:
  using Topic = Tag;
  static constexpr InputPolicy kPolicy = InputPolicy::kWindow;
  static constexpr Duration kSpan = std::chrono::milliseconds(kSpanMs);
  static constexpr std::size_t kWaiting = 0;

  [[nodiscard]] bool empty() const { return inputs_.empty(); }
  [[nodiscard]] std::size_t size() const { return inputs_.size(); }
  [[nodiscard]] auto begin() const { return inputs_.begin(); }
  [[nodiscard]] auto end() const { return inputs_.end(); }
  [[nodiscard]] const Input<Tag>& back() const { return inputs_.back(); }

  void bind(std::span<const SamplePtr> samples) {
    inputs_.clear();
    for (const SamplePtr& sample : samples) inputs_.emplace_back(sample);
  }

 private:
  std::vector<Input<Tag>> inputs_;
};

/// A window that may stay empty: the node says by itself what it does without, and its output is not degraded.
template <class Tag, int kSpanMs>
class OptionalWindow : public Window<Tag, kSpanMs> {
 public:
  OptionalWindow() = default;
  static constexpr bool kIsOptional = true;
};

/// An output: at most one message per step. The message carries the trigger's sensed_at unless another is given.
template <class Tag>
class Port {
 public:
  using Topic = Tag;

  void publish(typename Tag::Type message) { value_ = std::make_shared<const typename Tag::Type>(std::move(message)); }
  void publish(typename Tag::Type message, Time sensed_at) {
    publish(std::move(message));
    sensed_at_ = sensed_at;
  }
  /// The node misses something that it should have had: the output is marked as degraded.
  void mark_degraded() { is_degraded_ = true; }
  /// Measurements of this step's inputs that it could not use: the observation of the activation tells them.
  void leave_out(std::uint64_t measurements) { left_out_ += measurements; }
  /// Bulk kinds: the finished draft.
  void publish_cdr(ConstBufferPtr cdr) { cdr_ = std::move(cdr); }

  /// For tests of nodes: what was published, null if nothing.
  [[nodiscard]] const typename Tag::Type* message() const { return value_.get(); }
  [[nodiscard]] std::shared_ptr<const void> take_value() { return std::move(value_); }
  [[nodiscard]] ConstBufferPtr take_cdr() { return std::move(cdr_); }
  [[nodiscard]] std::optional<Time> sensed_at() const { return sensed_at_; }
  [[nodiscard]] bool is_degraded() const { return is_degraded_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  std::shared_ptr<const typename Tag::Type> value_;
  ConstBufferPtr cdr_;
  std::optional<Time> sensed_at_;
  bool is_degraded_ = false;
  std::uint64_t left_out_ = 0;
};

/// Makes a sample for tests of nodes: `in.ego.bind({{input_sample<topics::EgoMotion>(message, stamp)}})`.
template <class Tag>
[[nodiscard]] SamplePtr input_sample(ValueOf<Tag> value, Time sensed_at) {
  auto sample = std::make_shared<Sample>();
  sample->kind = &topics::kind_of<Tag>();
  sample->header.topic = topic_id(Tag::kName);
  sample->header.sensed_at_ns = to_ns(sensed_at);
  sample->header.oldest = sample->header.newest = {sample->header.topic, 0, 0, to_ns(sensed_at)};
  sample->value = std::make_shared<const ValueOf<Tag>>(std::move(value));
  return sample;
}

}  // namespace ocelli
