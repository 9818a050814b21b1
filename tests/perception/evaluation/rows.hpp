#pragma once
// Rows of a made-up scene: cars of one size on a line 20 m ahead.

#include "ocelli/perception/evaluation/evaluation.hpp"

namespace ocelli::evaluation::test {

inline LabelRow row(int frame, int id, double x_m, double score = 1.0, Kind kind = Kind::kCar) {
  LabelRow row;
  row.frame = frame;
  row.id = id;
  row.kind = kind;
  row.image = {x_m * 20.0, 100.0, x_m * 20.0 + 60.0, 160.0};
  row.box = {1.5, 1.6, 4.0, x_m, 1.6, 20.0, 0.0};
  row.score = score;
  return row;
}

}  // namespace ocelli::evaluation::test
