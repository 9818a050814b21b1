#include "ocelli/launch/report/message_collector.hpp"

#include <algorithm>
#include <array>

#include "ocelli/middleware/node/live_executor.hpp"

namespace ocelli::report {
namespace {

Time time_of(const builtin_interfaces::msg::Time& t) {
  return Time{std::chrono::seconds(t.sec()) + std::chrono::nanoseconds(t.nanosec())};
}

LineageEnd lineage_end(const Origin& origin) { return {origin.topic, origin.sequence, origin.sensed_at()}; }

/// A foreign recorder kept no header: the log has the times at least.
MessageRecord record_of(const log::RecordedMessage& message, std::uint64_t index) {
  if (!message.header) return {0, index, message.publish_time, message.log_time, {}, {}};
  const SampleHeader& h = *message.header;
  return {h.writer, h.sequence, h.sensed_at(), h.published_at(), lineage_end(h.oldest), lineage_end(h.newest)};
}

ObjectClass class_of(ocelli::msg::ObjectClass c) {
  switch (c) {
    case ocelli::msg::CLASS_CAR: return ObjectClass::kCar;
    case ocelli::msg::CLASS_PEDESTRIAN: return ObjectClass::kPedestrian;
    case ocelli::msg::CLASS_CYCLIST: return ObjectClass::kCyclist;
    case ocelli::msg::CLASS_TRUCK: return ObjectClass::kTruck;
    case ocelli::msg::CLASS_UNKNOWN: break;
  }
  return ObjectClass::kUnknown;
}

std::optional<Eigen::Matrix4d> covariance_of(const ocelli::msg::Track& track) {
  constexpr std::array<std::size_t, 4> kOf = {0, 1, 3, 4};  // x y vx vy of x y yaw vx vy yaw_rate
  Eigen::Matrix4d covariance;
  for (Eigen::Index i = 0; i < 4; ++i)
    for (Eigen::Index j = 0; j < 4; ++j)
      covariance(i, j) = track.covariance()[6 * kOf[static_cast<std::size_t>(i)] + kOf[static_cast<std::size_t>(j)]];
  const bool is_given = covariance.allFinite() && (covariance.diagonal().array() > 0.0).all();
  return is_given ? std::optional(covariance) : std::nullopt;
}

}  // namespace

ObjectState state_of(const ocelli::msg::Track& track) {
  ObjectState out;
  out.id = track.id();
  out.classification = class_of(track.classification());
  out.position = {track.position().x(), track.position().y(), track.position().z()};
  out.yaw_rad = track.yaw_rad();
  out.size = {track.size().x(), track.size().y(), track.size().z()};
  out.velocity = {track.velocity().x(), track.velocity().y(), track.velocity().z()};
  out.existence = track.existence();
  out.lidar_points = track.lidar_points();
  out.sources = track.sources();
  out.covariance = covariance_of(track);
  return out;
}

namespace {

bool is_finite(const ObjectState& o) {
  return o.position.allFinite() && o.size.allFinite() && o.velocity.allFinite() && std::isfinite(o.yaw_rad);
}

FaultState state_of(ocelli::msg::FaultState state) {
  switch (state) {
    case ocelli::msg::FAULT_PENDING: return FaultState::kPending;
    case ocelli::msg::FAULT_CONFIRMED: return FaultState::kConfirmed;
    case ocelli::msg::FAULT_HEALED: return FaultState::kHealed;
    case ocelli::msg::FAULT_PASSED: break;
  }
  return FaultState::kPassed;
}

FaultChange change_of(const ocelli::msg::Fault& f) {
  return {time_of(f.header().stamp()),
          f.id(),
          f.detector(),
          f.entity(),
          f.asil(),
          state_of(f.state()),
          from_ns(f.evidence_at()),
          from_ns(f.detected_at()),
          f.value(),
          f.limit(),
          f.unit(),
          f.detail()};
}

InjectionChange change_of(const ocelli::msg::Injection& i) {
  return {time_of(i.header().stamp()), i.kind(), i.target(), i.is_active(), i.magnitude(), i.unit()};
}

ObjectClass class_of(const std::string& name) {
  for (const ObjectClass c : {ObjectClass::kCar, ObjectClass::kPedestrian, ObjectClass::kCyclist, ObjectClass::kTruck})
    if (to_string(c) == name) return c;
  return ObjectClass::kUnknown;
}

CameraSight sight_of(const vision_msgs::msg::Detection2DArray& message) {
  CameraSight sight{time_of(message.header().stamp()), message.header().frame_id(), {}, {}, {}};
  for (const auto& detection : message.detections()) {
    const auto& centre = detection.bbox().center().position();
    PixelBox box;
    box.u_min = centre.x() - 0.5 * detection.bbox().size_x();
    box.u_max = centre.x() + 0.5 * detection.bbox().size_x();
    box.v_min = centre.y() - 0.5 * detection.bbox().size_y();
    box.v_max = centre.y() + 0.5 * detection.bbox().size_y();
    if (!detection.results().empty()) {
      box.classification = class_of(detection.results().front().hypothesis().class_id());
      box.score = detection.results().front().hypothesis().score();
    }
    sight.boxes.push_back(box);
  }
  return sight;
}

CameraSight sight_of(const ocelli::msg::CameraLanes& message) {
  constexpr int kSteps = 40;
  CameraSight sight{time_of(message.header().stamp()), message.camera(), {}, {}, {}};
  for (const auto& line : message.lines()) {
    auto& places = sight.lanes.emplace_back();
    const auto& c = line.coefficients();
    for (int i = 0; i <= kSteps; ++i) {
      const double x = line.x_min_m() + (line.x_max_m() - line.x_min_m()) * i / kSteps;
      places.emplace_back(x, c[0] + x * (c[1] + x * (c[2] + x * c[3])));
    }
  }
  for (const auto& corner : message.area()) sight.area.emplace_back(corner.x_m(), corner.y_m());
  return sight;
}

template <class Item>
void sort_by(std::vector<Item>& items, Time Item::*key) {
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return a.*key < b.*key; });
}

}  // namespace

MessageCollector::MessageCollector(const std::vector<log::RecordedTopic>& topics, RunData& run)
    : topics_(topics), run_(run) {
  for (const log::RecordedTopic& topic : topics) {
    TopicRecord record;
    record.name = topic.name;
    if (topic.kind != nullptr) {
      record.kind = topic.kind->name;
      record.rate_hz = topic.kind->rate_hz;
      record.transport_budget = topic.kind->latency_budget;
    }
    const auto declared = std::ranges::find(run.info.topics, topic.name, &TopicInfo::name);
    if (declared != run.info.topics.end()) {
      record.rate_hz = declared->rate_hz.value_or(record.rate_hz);
      record.transport_budget = declared->transport_budget.value_or(record.transport_budget);
    }
    run.topics.push_back(std::move(record));
  }
}

void MessageCollector::add(const log::RecordedMessage& message) {
  TopicRecord& topic = run_.topics[message.topic];
  topic.bytes += message.body.size();
  topic.messages.push_back(record_of(message, topic.messages.size() + 1));
  if (topics_[message.topic].kind != nullptr) add_content(message, *topics_[message.topic].kind);
}

template <class Tag, class Use>
void MessageCollector::with(const log::RecordedMessage& message, const Use& use) {
  auto value = log::decode<Tag>(message);
  if (value.has_value()) return use(*value);
  Trouble& trouble = undecoded_[message.topic];
  if (trouble.count++ == 0) trouble.first = value.error().message;
}

void MessageCollector::add_content(const log::RecordedMessage& message, const topics::TopicKind& kind) {
  const std::string& name = topics_[message.topic].name;
  if (kind.name == topics::Observations::kName)
    with<topics::Observations>(message, [&](const ocelli::msg::ObservationBatch& batch) {
      for (const ocelli::msg::Observation& o : batch.observations()) run_.observations.push_back(node::from_message(o));
    });
  else if (kind.name == topics::Faults::kName)
    with<topics::Faults>(message, [&](const ocelli::msg::Fault& f) { run_.faults.push_back(change_of(f)); });
  else if (kind.name == topics::Injections::kName)
    with<topics::Injections>(message,
                             [&](const ocelli::msg::Injection& i) { run_.injections.push_back(change_of(i)); });
  else if (kind.name == topics::SafetyState::kName)
    with<topics::SafetyState>(message, [&](const ocelli::msg::SafetyState& s) { add_state(s, message.log_time); });
  else if (kind.name == topics::Tracks::kName)
    with<topics::Tracks>(message, [&](const ocelli::msg::Tracks& t) { add_frame(message, t, false); });
  else if (kind.name == topics::TruthTracks::kName)
    with<topics::TruthTracks>(message, [&](const ocelli::msg::Tracks& t) { add_frame(message, t, true); });
  else if (kind.name == topics::CameraInfo::kName)
    with<topics::CameraInfo>(message, [&](const ocelli::msg::CameraCalibration& c) { calibrations_[name] = c; });
  else if (kind.name == topics::CameraObjects::kName)
    with<topics::CameraObjects>(message, [&](const auto& objects) { run_.detections.push_back(sight_of(objects)); });
  else if (kind.name == topics::CameraLanes::kName)
    with<topics::CameraLanes>(message, [&](const auto& lanes) { run_.lanes.push_back(sight_of(lanes)); });
  else if (kind.name == topics::CameraImage::kName)
    pictures_.push_back({message.topic, run_.topics[message.topic].messages.back().sensed_at, message.log_time});
}

void MessageCollector::add_state(const ocelli::msg::SafetyState& state, Time log_time) {
  if (!run_.modes.empty() && run_.modes.back().mode == state.mode()) return;
  const Time since = state.mode_since() != 0 ? from_ns(state.mode_since()) : log_time;
  run_.modes.push_back({run_.modes.empty() ? std::min(since, log_time) : since, state.mode()});
}

void MessageCollector::add_frame(const log::RecordedMessage& message, const ocelli::msg::Tracks& tracks,
                                 bool is_truth) {
  const auto [used, is_new] = frame_topic_.try_emplace(is_truth, message.topic);
  if (used->second != message.topic) {
    if (run_.topics[message.topic].messages.size() == 1)
      run_.notes.push_back(fmt::format("'{}' is not shown: the report is about '{}'", topics_[message.topic].name,
                                       topics_[used->second].name));
    return;
  }
  ObjectFrame frame;
  frame.stamp = time_of(tracks.header().stamp());
  frame.is_world = tracks.is_world();
  frame.is_degraded = tracks.is_degraded();
  const auto& p = tracks.T_world_vehicle().position();
  const auto& q = tracks.T_world_vehicle().orientation();
  const Eigen::Quaterniond turn(q.w(), q.x(), q.y(), q.z());
  if (frame.is_world && turn.norm() > 1e-6) frame.T_world_vehicle.linear() = turn.normalized().toRotationMatrix();
  if (frame.is_world) frame.T_world_vehicle.translation() = Eigen::Vector3d(p.x(), p.y(), p.z());
  for (const ocelli::msg::Track& track : tracks.tracks())
    if (ObjectState object = state_of(track); is_finite(object)) frame.objects.push_back(object);
  (is_truth ? run_.truth : run_.tracks).push_back(std::move(frame));
}

void MessageCollector::finish() {
  sort_by(run_.injections, &InjectionChange::at);
  sort_by(run_.faults, &FaultChange::at);
  sort_by(run_.tracks, &ObjectFrame::stamp);
  sort_by(run_.truth, &ObjectFrame::stamp);
  for (const auto& [topic, trouble] : undecoded_)
    run_.notes.push_back(
        fmt::format("{} messages of '{}' did not decode: {}", trouble.count, topics_[topic].name, trouble.first));
  for (const log::RecordedTopic& topic : topics_)
    if (topic.kind == nullptr)
      run_.notes.push_back(fmt::format("'{}' ({}) is not of a kind that this version knows: only counted", topic.name,
                                       topic.schema_name.empty() ? "no schema" : topic.schema_name));
}

}  // namespace ocelli::report
