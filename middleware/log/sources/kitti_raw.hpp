#pragma once
// A KITTI raw drive (https://www.cvlibs.net/datasets/kitti/raw_data.php) as a source:
//   DRIVE/image_0N/data/*.png      pictures                  DRIVE/image_0N/timestamps.txt
//   DRIVE/velodyne_points/data/*.bin  x y z intensity        DRIVE/velodyne_points/timestamps.txt
//   DRIVE/oxts/data/*.txt          GNSS/IMU                  DRIVE/oxts/timestamps.txt
//   DRIVE or its parent: calib_cam_to_cam.txt, calib_velo_to_cam.txt, calib_imu_to_velo.txt; or DRIVE/calib*.txt
// Any part but one of pictures and points may be missing. Vehicle frame: x and y of the lidar, z = 0 on the road.
// Must not know: the bus, what the messages are for.

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/pose.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::log {

struct KittiRawConfig {
  std::string path;
  std::string calibration;
  int camera = 2;
  std::string camera_topic = "camera/front";
  std::string lidar_topic = "lidar/top";
  std::string imu_topic = "imu";
  std::string gnss_topic = "gnss/fix";
  std::string vehicle_topic = "vehicle/state";
  double lidar_height_m = 1.73;
  Duration frame_period = 100ms;

  static constexpr auto fields() {
    using C = KittiRawConfig;
    return std::tuple{
        required(field("path", &C::path, "folder of the drive, with image_0N and velodyne_points")),
        field("calibration", &C::calibration, "calibration file, or folder with the raw pair; empty: found by itself"),
        field("camera", &C::camera, "", 0, 3, "which of KITTI's cameras: 0, 1 grey, 2, 3 colour"),
        field("camera_topic", &C::camera_topic,
              "topic of the pictures; NAME/calibration is its calibration; empty: none"),
        field("lidar_topic", &C::lidar_topic, "topic of the points; empty: none"),
        field("imu_topic", &C::imu_topic, "topic of rate and acceleration; empty: none"),
        field("gnss_topic", &C::gnss_topic, "topic of the position; empty: none"),
        field("vehicle_topic", &C::vehicle_topic, "topic of the forward speed; empty: none"),
        field("lidar_height_m", &C::lidar_height_m, "m", 0.0, 10.0, "of the lidar above the road"),
        field("frame_period", &C::frame_period, "s", 0.001, 10.0, "between frames, where there is no timestamps.txt"),
    };
  }
};

struct KittiDrive {
  std::unique_ptr<Source> source;
  std::vector<std::string> notes;         // what the caller should log: nominal mounting, missing parts
  std::map<std::string, Pose> mountings;  // T_vehicle_sensor by topic: lidar, and the camera where it is known
};

/// Errors, before anything is read: no such folder, neither pictures nor points, a bad calibration, timestamps.txt with
/// too few or bad lines. A single bad frame is a SourceMessage with a problem; the drive goes on.
[[nodiscard]] Result<KittiDrive> open_kitti_raw(const KittiRawConfig& config);

/// Times of a drive without timestamps.txt count from here: 2011-09-26T00:00:00Z.
inline constexpr Time kKittiEpoch = Time{std::chrono::seconds{1316995200}};

}  // namespace ocelli::log
