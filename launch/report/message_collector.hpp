#pragma once
// Sorts recorded messages into RunData, one by one. Must not know: files.

#include <map>
#include <string>
#include <vector>

#include "ocelli/launch/report/run_data.hpp"
#include "ocelli/middleware/log/recording.hpp"

namespace ocelli::report {

/// Where a picture lies in the recording.
struct PictureRecord {
  std::size_t topic = 0;  // index into Recording::topics()
  Time stamp;             // acquisition
  Time log_time;
};

/// A track as it is judged, in the frame of its message.
[[nodiscard]] ObjectState state_of(const ocelli::msg::Track& track);

class MessageCollector {
 public:
  MessageCollector(const std::vector<log::RecordedTopic>& topics, RunData& run);

  void add(const log::RecordedMessage& message);
  /// Sorts what was collected by time and writes the notes. Call once, at the end.
  void finish();

  [[nodiscard]] const std::vector<PictureRecord>& pictures() const { return pictures_; }
  /// By topic instance of the calibration.
  [[nodiscard]] const std::map<std::string, ocelli::msg::CameraCalibration>& calibrations() const {
    return calibrations_;
  }

 private:
  /// Decodes a message and hands it to `use`; a failure is counted.
  template <class Tag, class Use>
  void with(const log::RecordedMessage& message, const Use& use);
  void add_content(const log::RecordedMessage& message, const topics::TopicKind& kind);
  void add_frame(const log::RecordedMessage& message, const ocelli::msg::Tracks& tracks, bool is_truth);
  void add_state(const ocelli::msg::SafetyState& state, Time log_time);

  const std::vector<log::RecordedTopic>& topics_;
  RunData& run_;
  std::vector<PictureRecord> pictures_;
  std::map<std::string, ocelli::msg::CameraCalibration> calibrations_;
  std::map<bool, std::size_t> frame_topic_;  // is truth → the topic whose frames are used
  struct Trouble {
    std::size_t count = 0;
    std::string first;
  };
  std::map<std::size_t, Trouble> undecoded_;  // by topic
};

}  // namespace ocelli::report
