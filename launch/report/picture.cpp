#include "ocelli/launch/report/picture.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/fault_metrics.hpp"
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/launch/report/tracking_metrics.hpp"

namespace ocelli::report {
namespace {

constexpr int kJpegQuality = 88;

using Calibration = ocelli::msg::CameraCalibration;

/// The calibration that belongs to a camera topic: "camera/front" → "camera/front/calibration", else the only one.
const Calibration* calibration_of(const std::string& camera, const std::map<std::string, Calibration>& all) {
  for (const auto& [name, calibration] : all)
    if (name.starts_with(camera + "/")) return &calibration;
  return all.size() == 1 ? &all.begin()->second : nullptr;
}

CameraShot shot_of(const std::string& topic, const Calibration& calibration) {
  CameraShot shot;
  shot.topic = topic;
  shot.width = calibration.width();
  shot.height = calibration.height();
  std::copy(calibration.projection().begin(), calibration.projection().end(), shot.projection.begin());
  const auto& p = calibration.pose().position();
  const auto& q = calibration.pose().orientation();
  shot.T_vehicle_camera.translation() = Eigen::Vector3d(p.x(), p.y(), p.z());
  const Eigen::Quaterniond turn(q.w(), q.x(), q.y(), q.z());
  if (turn.norm() > 1e-6) shot.T_vehicle_camera.linear() = turn.normalized().toRotationMatrix();
  shot.is_nominal = calibration.is_nominal();
  return shot;
}

// Boxes belong to one picture. Lines on the road hardly move, and their node passes over pictures.
constexpr Duration kBoxesNear = 1ms;
constexpr Duration kLanesNear = 120ms;

/// The sight of that camera nearest to the stamp, if any is near.
const CameraSight* sight_at(const std::vector<CameraSight>& sights, const std::string& camera, Time stamp,
                            Duration near) {
  const CameraSight* best = nullptr;
  for (const CameraSight& sight : sights) {
    const auto distance = [&](const CameraSight& s) { return std::chrono::abs(s.stamp - stamp); };
    if (sight.camera != camera || distance(sight) > near) continue;
    if (best == nullptr || distance(sight) < distance(*best)) best = &sight;
  }
  return best;
}

CameraSight sight_of(const RunData& run, const std::string& camera, Time stamp) {
  CameraSight sight{stamp, camera, {}, {}, {}};
  if (const CameraSight* found = sight_at(run.detections, camera, stamp, kBoxesNear)) sight.boxes = found->boxes;
  if (const CameraSight* found = sight_at(run.lanes, camera, stamp, kLanesNear)) {
    sight.lanes = found->lanes;
    sight.area = found->area;
  }
  return sight;
}

std::string why_none(const RunData& run, const MessageCollector& collected) {
  if (collected.pictures().empty()) return "no camera picture in this recording";
  if (collected.calibrations().empty())
    return "no camera calibration in this recording: boxes cannot be projected into the pictures";
  if (run.tracks.empty())
    return "no tracks or camera objects in this recording: there is nothing to draw into the pictures";
  return "no picture with a calibration and with tracks at its time";
}

/// Eight-bit pixels as OpenCV writes them. The view must outlive the result.
cv::Mat pixels_of(const topics::ImageView& image) {
  const int type = image.channels() == 1 ? CV_8UC1 : CV_8UC3;
  cv::Mat pixels(static_cast<int>(image.height), static_cast<int>(image.width), type,
                 const_cast<std::byte*>(image.data.data()), image.step);  // only read
  if (image.encoding != "rgb8") return pixels;
  cv::Mat swapped(pixels.size(), type);
  const int order[] = {0, 2, 1, 1, 2, 0};
  cv::mixChannels(&pixels, 1, &swapped, 1, order, 3);
  return swapped;
}

}  // namespace

Result<ChosenPicture> choose_picture(const RunData& run, const std::vector<log::RecordedTopic>& topics,
                                     const MessageCollector& collected) {
  const auto injections = fault_report(run).injections;
  std::optional<ChosenPicture> best;
  std::size_t most = 0;
  for (const PictureRecord& picture : collected.pictures()) {
    const std::string& name = topics[picture.topic].name;
    const Calibration* calibration = calibration_of(name, collected.calibrations());
    if (calibration == nullptr || is_disturbed(injections, picture.stamp)) continue;
    const auto tracks = frame_at(run.tracks, picture.stamp);
    CameraShot shot = shot_of(name, *calibration);
    shot.stamp = picture.stamp;
    shot.sight = sight_of(run, calibration->header().frame_id(), picture.stamp);
    if (tracks) {
      shot.track_offset = tracks->stamp - picture.stamp;
      shot.objects = to_vehicle(*tracks).objects;
    }
    const std::size_t seen = count_in_view(shot) + shot.sight.boxes.size() + shot.sight.lanes.size();
    if (!tracks && seen == 0) continue;
    if (best && seen <= most) continue;
    most = seen;
    best = ChosenPicture{picture, std::move(shot)};
  }
  if (!best) return error(ErrorCode::kNotFound, "{}", why_none(run, collected));
  return std::move(*best);
}

Status encode_picture(std::span<const std::byte> image_cdr, CameraShot& shot) {
  OCELLI_ASSIGN(const topics::ImageView image, topics::ImageView::parse(image_cdr));
  if (image.width == 0 || image.height == 0)
    return error(ErrorCode::kCorrupt, "picture of {}x{} pixels", image.width, image.height);
  std::vector<unsigned char> encoded;
  try {
    if (!cv::imencode(".jpg", pixels_of(image), encoded, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality}))
      return error(ErrorCode::kInternal, "the picture could not be encoded as JPEG");
  } catch (const cv::Exception& problem) {
    return error(ErrorCode::kInternal, "the picture could not be encoded as JPEG: {}", problem.what());
  }
  shot.width = image.width;
  shot.height = image.height;
  shot.mime = "image/jpeg";
  shot.encoded.assign(encoded.begin(), encoded.end());
  return ok();
}

}  // namespace ocelli::report
