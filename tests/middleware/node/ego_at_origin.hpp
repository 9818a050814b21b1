#pragma once
// For tests that send ego motion: the default message has no heading, and shells refuse it.

#include "ocelli/middleware/topics/topics.hpp"

namespace ocelli {

inline ocelli::msg::EgoMotion ego_at_origin() {
  ocelli::msg::EgoMotion ego;
  ego.pose().orientation().w(1.0);
  return ego;
}

}  // namespace ocelli
