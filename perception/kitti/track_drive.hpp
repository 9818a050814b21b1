#pragma once
// A tracker over one KITTI drive, frame by frame, and its tracks as KITTI result lines. Causal: what is written for a
// frame depends on no later one. Must not know: files, clocks.

#include <functional>
#include <string>

#include "ocelli/perception/evaluation/labels.hpp"
#include "ocelli/perception/kitti/drive.hpp"
#include "ocelli/perception/tracking/tracker.hpp"

namespace ocelli::kitti {

/// Called around the tracker's own work of a frame, for measuring.
struct Probe {
  std::function<void()> before;
  std::function<void()> after;
};

/// The same tracks, but their confidence is the score of their last detection.
[[nodiscard]] tracking::Config with_detection_scores(tracking::Config config);

/// Frames 0 .. `frames` - 1 (all when 0) at 10 Hz. Rows by frame, LabelRow::sequence is 0, LabelRow::score is the
/// confidence of the track in this frame.
[[nodiscard]] Result<std::vector<evaluation::LabelRow>> track_drive(const Drive& drive, const tracking::Config& config,
                                                                    std::size_t frames = 0,
                                                                    const Probe* probe = nullptr);

/// Result lines of the benchmark.
[[nodiscard]] std::string text_of(const std::vector<evaluation::LabelRow>& rows);

}  // namespace ocelli::kitti
