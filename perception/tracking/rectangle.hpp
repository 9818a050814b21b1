#pragma once
// Rectangles on the ground plane and image boxes: how much two of them share.
// Must not know: frames; an oriented rectangle may live in any plane with a right-handed (x, y).

namespace ocelli::tracking {

struct Rectangle {
  double x_m = 0.0;  // centre
  double y_m = 0.0;
  double cos_yaw = 1.0;  // direction of the length
  double sin_yaw = 0.0;
  double length_m = 0.0;
  double width_m = 0.0;
};

/// Area common to two oriented rectangles [m^2]; clips one against the other (Sutherland and Hodgman 1974).
[[nodiscard]] double common_area(const Rectangle& a, const Rectangle& b);

/// Box in the image, pixels, x right, y down.
struct ImageBox {
  double left_px = 0.0;
  double top_px = 0.0;
  double right_px = 0.0;
  double bottom_px = 0.0;

  [[nodiscard]] double width_px() const { return right_px - left_px; }
  [[nodiscard]] double height_px() const { return bottom_px - top_px; }
  [[nodiscard]] double area_px2() const { return width_px() * height_px(); }
};

[[nodiscard]] double common_area(const ImageBox& a, const ImageBox& b);

/// Intersection over union, 0 when either box is empty.
[[nodiscard]] double image_iou(const ImageBox& a, const ImageBox& b);

/// Part of `a` that lies in `b`, 0..1.
[[nodiscard]] double image_cover(const ImageBox& a, const ImageBox& b);

}  // namespace ocelli::tracking
