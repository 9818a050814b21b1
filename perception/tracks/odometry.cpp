#include "ocelli/perception/tracks/odometry.hpp"

namespace ocelli::perception {

tracking::Track in_frame(const Pose& T_to_from, const tracking::Track& track) {
  tracking::Track moved = track;
  moved.p_world = T_to_from * track.p_world;
  moved.v_world = T_to_from.linear() * track.v_world;
  moved.a_world = T_to_from.linear() * track.a_world;
  moved.yaw_rad = wrap_angle(track.yaw_rad + yaw_of(T_to_from));
  Eigen::Matrix<double, 6, 6> turn = Eigen::Matrix<double, 6, 6>::Identity();
  turn.block<2, 2>(0, 0) = turn.block<2, 2>(3, 3) = T_to_from.linear().topLeftCorner<2, 2>();
  moved.covariance = turn * track.covariance * turn.transpose();
  return moved;
}

}  // namespace ocelli::perception
