#include "ocelli/launch/launch_file.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "ocelli/tests/hal/accel/models.hpp"

namespace ocelli::launch {
namespace {

namespace test = accel::test;
using testing::ElementsAre;
using testing::HasSubstr;

std::string mistakes_of(const std::string& text) {
  const auto launch = LaunchFile::parse(text, "car.yaml", {});
  EXPECT_FALSE(launch) << "nothing was wrong";
  return launch ? "" : launch.error().message;
}

LaunchFile parsed(const std::string& text) {
  auto launch = LaunchFile::parse(text, "car.yaml", {});
  EXPECT_TRUE(launch) << launch.error().message;
  return launch ? std::move(*launch) : LaunchFile{};
}

const std::vector<SourceTopic> kLidarAndWheels = {{"lidar/top", &topics::kind_of<topics::LidarPoints>()},
                                                  {"vehicle/state", &topics::kind_of<topics::VehicleState>()},
                                                  {"imu", &topics::kind_of<topics::ImuData>()}};

TEST(LaunchFile, NamesAndProcessesDefaultToTheRow) {
  const LaunchFile launch = parsed(
      "sources: [{source: sim}]\n"
      "nodes:\n"
      "  - {node: lidar_objects, inputs: {cloud: lidar/top}}\n"
      "  - {node: tracks, name: follower, process: fusion}\n");
  EXPECT_EQ(launch.name, "car");
  EXPECT_EQ(launch.sources[0].name, "sim");
  EXPECT_EQ(launch.sources[0].process, "sensors");
  EXPECT_EQ(launch.nodes[0].process, "lidar_objects");
  EXPECT_EQ(launch.nodes[1].name, "follower");
  EXPECT_THAT(launch.processes(), ElementsAre("lidar_objects", "fusion", "sensors")) << "readers start before sources";
}

TEST(LaunchFile, TellsAllMistakesAtOnceWithTheirPlace) {
  RecordProperty("verifies", "REQ-CFG-001");
  const std::string text = mistakes_of(
      "sauces: []\n"
      "sources: [{source: simm}, {source: sim, name: other, config: {scenari: urban}}]\n"
      "nodes:\n"
      "  - {node: lidar_object}\n"
      "  - {node: tracks, inputs: {objekts: lidar/objects}}\n"
      "chains:\n"
      "  - {name: c, from: a, to: b, reaction_budget: 0 ms, age_budget: 1 s}\n"
      "topics: [{name: tracks, rate_hz: -1}]\n"
      "monitor: {jiter: 1 ms}\n");
  EXPECT_THAT(text, HasSubstr("car.yaml:1:1: unknown key 'sauces': did you mean 'sources'?"));
  EXPECT_THAT(text, HasSubstr("car.yaml:2:20: unknown driver or recording 'simm': did you mean 'sim'?"));
  EXPECT_THAT(text, HasSubstr("car.yaml:4:12: unknown node 'lidar_object': did you mean 'lidar_objects'?"));
  EXPECT_THAT(
      text,
      HasSubstr("car.yaml:5:5: node 'tracks' has no input 'objekts': it has objects, radar, camera, ego, calibration"));
  EXPECT_THAT(text, HasSubstr("car.yaml:7:48: 'reaction_budget': 0 s is out of range"));
  EXPECT_THAT(text, HasSubstr("car.yaml:8:34: 'rate_hz': -1 Hz is out of range"));
  EXPECT_THAT(text, HasSubstr("car.yaml:9:11: unknown key 'jiter': did you mean 'jitter'?"));
  EXPECT_THAT(text, HasSubstr("car.yaml:2:63: unknown key 'scenari': did you mean 'scenario'?"));
}

TEST(LaunchFile, ANodesConfigurationAndPortsAreBothChecked) {
  const std::string text =
      mistakes_of("nodes: [{node: tracks, config: {nonsense: 1}, outputs: {trakcs: t}, inputs: {cloud: x}}]\n");
  EXPECT_THAT(text, HasSubstr("car.yaml:1:33: unknown key 'nonsense'"));
  EXPECT_THAT(text, HasSubstr("has no output 'trakcs': it has tracks"));
  EXPECT_THAT(text, HasSubstr("has no input 'cloud': it has objects, radar, camera, ego, calibration"));
}

TEST(LaunchFile, AMaximumAgeOfZeroAndOneOfATriggerAreMistakes) {
  const std::string text = mistakes_of("nodes: [{node: tracks, max_age: {ego: 0 ms, objects: 1 s}}]\n");
  EXPECT_THAT(text, HasSubstr("maximum age of 'ego' is 0 s: expected more than 0 s"));
  EXPECT_THAT(text, HasSubstr("input 'objects' is the trigger, it has no maximum age"));
}

TEST(LaunchFile, ANodesExecutionTimeIsTheRowsOrTheFiles) {
  const LaunchFile launch = parsed("nodes: [{node: lidar_objects}, {node: tracks, exec_time: 7 ms}]\n");
  EXPECT_EQ(launch.nodes[0].exec_time, find_node("lidar_objects")->exec_time);
  EXPECT_EQ(launch.nodes[1].exec_time, 7ms);
  EXPECT_THAT(mistakes_of("nodes: [{node: tracks, exec_time: 0 ms}]\n"),
              HasSubstr("car.yaml:1:35: exec_time: expected more than 0"));
}

TEST(LaunchFile, AProcessHasOnePriority) {
  const LaunchFile launch = parsed("nodes: [{node: camera_objects, scheduling: background}, {node: tracks}]\n");
  EXPECT_EQ(launch.scheduling_of("camera_objects"), Scheduling::kBackground);
  EXPECT_EQ(launch.scheduling_of("tracks"), Scheduling::kRealtime);
  EXPECT_EQ(launch.scheduling_of("sensors"), Scheduling::kRealtime);
  EXPECT_THAT(mistakes_of("nodes: [{node: tracks, scheduling: idle}]\n"),
              HasSubstr("'scheduling': expected one of realtime, background"));
  EXPECT_THAT(mistakes_of("nodes:\n"
                          "  - {node: camera_objects, process: eyes, scheduling: background}\n"
                          "  - {node: lanes, process: eyes}\n"),
              HasSubstr("car.yaml:2:5: 'camera_objects' is in the background, 'lanes' of the same process 'eyes'"));
  EXPECT_THAT(mistakes_of("sources: [{source: sim}]\n"
                          "nodes: [{node: camera_objects, process: sensors, scheduling: background}]\n"),
              HasSubstr("its process 'sensors' runs sources"));
}

TEST(LaunchFile, SaysWhatItsNodesHaveChosenOnThisMachine) {
  const test::Folder none;
  accel::set_models_folder(none.path().string());
  const auto choices = choices_of(parsed(
      "nodes: [{node: tracks}, {node: camera_objects, config: {model: [fastestdet, yolo_fastest, pedestrians]}}]\n"));
  ASSERT_TRUE(choices) << choices.error().message;
  ASSERT_EQ(choices->size(), 1U);
  EXPECT_THAT(choices->front(), HasSubstr("camera_objects: model 'pedestrians' on 'hog' (not 'fastestdet': "));
  EXPECT_THAT(choices->front(), HasSubstr("/FastestDet.onnx is not there; not 'yolo_fastest': "));
  const auto refused = [](const std::string& model) {
    const auto result = choices_of(parsed("nodes: [{node: camera_objects, config: {model: " + model + "}}]\n"));
    return result ? std::string("nothing was wrong") : result.error().message;
  };
  EXPECT_THAT(refused("[pedestrians, yolo_fastets]"), HasSubstr("did you mean 'yolo_fastest'"));
  EXPECT_THAT(refused("fastestdet"), HasSubstr("node 'camera_objects': model 'fastestdet': "));
  EXPECT_THAT(refused("[fastestdet, nanodet_m]"), HasSubstr("none of these models is there: not 'fastestdet': "));
  EXPECT_THAT(refused("[]"), HasSubstr("expected at least one name"));
  std::ofstream(none.path() / "FastestDet.onnx") << "not a model";
  EXPECT_THAT(refused("[fastestdet, pedestrians]"), HasSubstr("not the model that the card describes"));
}

TEST(LaunchFile, RefusesTwoNodesOnOneOutputAndTwoInstancesOfOneName) {
  const std::string text = mistakes_of(
      "nodes:\n"
      "  - {node: lidar_objects, name: a, inputs: {cloud: lidar/left}}\n"
      "  - {node: lidar_objects, name: b, inputs: {cloud: lidar/right}}\n"
      "  - {node: tracks, name: a}\n");
  EXPECT_THAT(text, HasSubstr("car.yaml:3:5: topic 'lidar/objects' has two writers, 'a' and 'b'"));
  EXPECT_THAT(text, HasSubstr("car.yaml:4:5: the name 'a' is taken by car.yaml:2:5"));
}

TEST(LaunchFile, WhatIsNotAListOrMappingIsSaid) {
  EXPECT_THAT(mistakes_of("nodes: {node: tracks}\n"), HasSubstr("car.yaml:1:8: 'nodes': expected a list"));
  EXPECT_THAT(mistakes_of("nodes: [tracks]\n"), HasSubstr("car.yaml:1:9: expected a mapping"));
  EXPECT_THAT(mistakes_of("nodes: [{name: a}]\n"), HasSubstr("'node' is missing"));
  EXPECT_THAT(mistakes_of("just text\n"), HasSubstr("expected a mapping"));
  EXPECT_THAT(LaunchFile::load("/nonexistent.yaml").error().message, HasSubstr("no such file"));
}

TEST(LaunchTopics, SeveralInstancesOfOneKindEachHaveTheirName) {
  const LaunchFile launch = parsed(
      "nodes:\n"
      "  - {node: lidar_objects, name: front, inputs: {cloud: lidar/front}, outputs: {objects: objects/front}}\n"
      "  - {node: lidar_objects, name: rear, inputs: {cloud: lidar/rear}, outputs: {objects: objects/rear}}\n");
  const auto topics = launch.topics({{"lidar/front", &topics::kind_of<topics::LidarPoints>()},
                                     {"lidar/rear", &topics::kind_of<topics::LidarPoints>()}});
  ASSERT_TRUE(topics) << topics.error().message;
  EXPECT_EQ(topics->size(), 4U);
  EXPECT_EQ(topics->at("objects/rear")->name, "lidar/objects");
}

TEST(LaunchTopics, HaveRingsOfTheSizeThatTheLaunchFileSays) {
  const LaunchFile launch = parsed("topics: [{name: lidar/top, ring_slots: 12, ring_message_bytes: 4000000}]\n");
  EXPECT_EQ(launch.ring_size_of("lidar/top").slots, 12U);
  EXPECT_EQ(launch.ring_size_of("lidar/top").message_bytes, 4'000'000U);
  EXPECT_FALSE(launch.ring_size_of("imu").slots);
  EXPECT_TRUE(launch.topics(kLidarAndWheels));
  EXPECT_THAT(mistakes_of("topics: [{name: imu, ring_slots: 1}]\n"),
              HasSubstr("car.yaml:1:34: 'ring_slots': 1 is out of range: expected 2 to 65536"));
  EXPECT_THAT(mistakes_of("topics: [{name: imu, ring_message_bytes: 12}]\n"), HasSubstr("'ring_message_bytes': 12 B"));
  const LaunchFile huge = parsed("topics: [{name: lidar/top, ring_slots: 2000}]\n");
  const auto topics = huge.topics(kLidarAndWheels);
  ASSERT_FALSE(topics);
  EXPECT_EQ(topics.error().message,
            "car.yaml:1:10: topic 'lidar/top': a ring of 2000 slots of 33554432 bytes takes 62.6 GiB: expected at most "
            "8 GiB");
}

TEST(LaunchTopics, NameEveryTopicThatNobodyPublishes) {
  const LaunchFile launch = parsed(
      "nodes: [{node: lidar_objects, inputs: {cloud: lidar/topp}}]\n"
      "chains:\n"
      "  - {name: c, from: lidar/to, to: lidar/objectz, reaction_budget: 1 s, age_budget: 1 s}\n"
      "topics: [{name: trucks, rate_hz: 5}]\n");
  const auto topics = launch.topics(kLidarAndWheels);
  ASSERT_FALSE(topics);
  const std::string& text = topics.error().message;
  EXPECT_THAT(text, HasSubstr("car.yaml:1:9: nobody publishes 'lidar/topp': did you mean 'lidar/top'?"));
  EXPECT_THAT(text, HasSubstr("chain 'c': nobody publishes 'lidar/to': did you mean 'lidar/top'?"));
  EXPECT_THAT(text, HasSubstr("chain 'c': nobody publishes 'lidar/objectz': did you mean 'lidar/objects'?"));
  EXPECT_THAT(text, HasSubstr("car.yaml:4:10: nobody publishes 'trucks'"));
}

TEST(LaunchTopics, RefuseAWrongKindAndTwoWriters) {
  const LaunchFile launch =
      parsed("nodes: [{node: lidar_objects, inputs: {cloud: imu}, outputs: {objects: lidar/top}}]\n");
  const auto topics = launch.topics(kLidarAndWheels);
  ASSERT_FALSE(topics);
  EXPECT_THAT(topics.error().message, HasSubstr("'imu' is of kind imu, the input wants lidar/points"));
  EXPECT_THAT(topics.error().message, HasSubstr("topic 'lidar/top' has two writers, a source and 'lidar_objects'"));
  const auto twice = parsed("{}\n").topics({kLidarAndWheels[0], kLidarAndWheels[0]});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("topic 'lidar/top' has two sources"));
}

TEST(LaunchTopics, AnOptionalInputMayBeMissing) {
  const LaunchFile launch = parsed("nodes: [{node: lidar_objects, inputs: {cloud: lidar/top}}, {node: tracks}]\n");
  EXPECT_TRUE(launch.topics({kLidarAndWheels[0]})) << "tracks does without ego motion";
}

TEST(LaunchTopics, OverridesChangeOnlyWhatTheyName) {
  const LaunchFile launch = parsed("topics: [{name: lidar/top, rate_hz: 20, record: false}]\n");
  const auto& kind = topics::kind_of<topics::LidarPoints>();
  const topics::TopicKind changed = launch.settings_of("lidar/top", kind);
  EXPECT_EQ(changed.rate_hz, 20.0);
  EXPECT_FALSE(changed.is_recorded);
  EXPECT_EQ(changed.latency_budget, kind.latency_budget);
  EXPECT_EQ(launch.settings_of("lidar/rear", kind).rate_hz, kind.rate_hz) << "another instance";
}

}  // namespace
}  // namespace ocelli::launch
