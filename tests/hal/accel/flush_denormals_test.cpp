#include "ocelli/hal/accel/flush_denormals.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ocelli::accel {
namespace {

/// The smallest normal number halved, computed at run time.
float half_of_the_smallest() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest * 0.5F;
}

TEST(FlushDenormals, HoldsForItsLifeAndNoLonger) {
  EXPECT_GT(half_of_the_smallest(), 0.0F);
  {
    const FlushDenormals flush;
#if defined(__x86_64__) || defined(__aarch64__)
    EXPECT_EQ(half_of_the_smallest(), 0.0F);
#endif
    volatile float one = 1.0F;
    EXPECT_EQ(one * 0.5F, 0.5F);
  }
  EXPECT_GT(half_of_the_smallest(), 0.0F);
}

}  // namespace
}  // namespace ocelli::accel
