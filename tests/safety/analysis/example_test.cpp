// The example of docs/fit.md, followed by hand.
#include <gmock/gmock.h>

#include <cmath>

#include "ocelli/safety/analysis/fmeda.hpp"

namespace ocelli::safety {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Example, TheCameraSheetGivesTheMetricsOfItsRows) {
  RecordProperty("verifies", "REQ-FIT-011");
  const auto sheet = load_sheet(OCELLI_SOURCE_DIR "/docs/examples/fmeda_camera.yaml");
  ASSERT_TRUE(sheet) << sheet.error().message;
  const auto report = evaluate(*sheet);
  ASSERT_TRUE(report) << report.error().message;
  const auto speed = [](double celsius) {  // of the sensor, tabled at 55 degC
    return std::exp(0.7 / 8.617333262e-5 * (1.0 / (55 + 273.15) - 1.0 / (celsius + 273.15)));
  };
  const double sensor = 40 * (0.1 * speed(-10) + 0.5 * speed(25) + 0.3 * speed(55) + 0.1 * speed(85));
  EXPECT_NEAR(report->rates.safety_related, sensor + 30 + 11 + 40, 1e-9);
  EXPECT_DOUBLE_EQ(report->qm_fit, 3.0);
  const double frozen = std::pow(0.05, 1.0 / 1100.0);  // 1100 of 1100, 95 %
  const double left = sensor * (0.2 * (1 - frozen) + 0.3 * 0.01) + 30 * 0.01 + 5.5;
  EXPECT_NEAR(report->modes[2].coverage, 0.98937, 1e-5) << "588 of 590: the worse of two fault models";
  EXPECT_NEAR(report->rates.residual, left + sensor * 0.2 * (1 - report->modes[2].coverage), 1e-9);
  EXPECT_NEAR(report->rates.latent, 6 * 0.1 + 6 + 8 * 0.4 + 8, 1e-9);
  EXPECT_TRUE(report->is_met());
  EXPECT_THAT(report->notes, Contains(HasSubstr("lens_heater/fogged_lens: coverage by 'blind_detector' is 0")));
}

}  // namespace
}  // namespace ocelli::safety
