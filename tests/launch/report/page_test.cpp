#include "ocelli/launch/report/page.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "ocelli/launch/report/camera_projection.hpp"
#include "ocelli/launch/report/html.hpp"
#include "ocelli/launch/report/report_json.hpp"
#include "ocelli/tests/launch/report/synthetic_run.hpp"

namespace ocelli::report {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Report {
  RunData run;
  Results results = compute_results(run);
  std::string page = html_page(run, results);
  nlohmann::json json = nlohmann::json::parse(json_report(run, results));
};

TEST(Report, SameRunSameBytes) {
  const Report a{test::synthetic_run()}, b{test::synthetic_run()};
  EXPECT_EQ(a.page, b.page);
  EXPECT_EQ(json_report(a.run, a.results), json_report(b.run, b.results));
}

TEST(Report, PageAndJsonShowTheSameNumbers) {
  const Report report{test::synthetic_run()};
  for (const auto& chain : report.json["chains"]) {
    if (chain.contains("absent")) continue;
    for (const char* number : {"p50_ms", "p99_ms", "max_ms"})
      EXPECT_THAT(report.page, HasSubstr(fmt::format(">{:.1f} ms<", chain["reaction"][number].get<double>())));
  }
  for (const auto& injection : report.json["faults"]["injections"])
    EXPECT_THAT(report.page, HasSubstr(fmt::format(">{:.1f} ms<", injection["detected_after_ms"].get<double>())));
  EXPECT_THAT(report.page,
              HasSubstr(fmt::format(">{:.3f}<", report.json["tracking"]["undisturbed"]["recall"].get<double>())));
  EXPECT_EQ(report.json["verdict"]["ok"], report.results.verdict.ok);
  EXPECT_EQ(report.json["run"]["seed"], 7);
}

TEST(Report, IsOneSelfContainedPageWithoutScript) {
  const std::string page = Report{test::synthetic_run()}.page;
  for (const char* foreign :
       {"<script", "src=\"http", "href=\"http", "@import", "\"nan", ">nan", "\"inf", ">inf", ">-inf"})
    EXPECT_THAT(page, Not(HasSubstr(foreign)));
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,"));
}

TEST(Report, ShowsWhatTheCameraItselfSaw) {
  RunData run = test::synthetic_run();
  EXPECT_THAT(Report{run}.page, Not(HasSubstr("class=\"photo-lane\"")));
  run.shot->sight.boxes = {{ObjectClass::kPedestrian, 0.87, 100.0, 60.0, 120.0, 110.0}};
  run.shot->sight.lanes = {{{5.0, 1.8}, {20.0, 1.9}, {-30.0, 1.7}}};
  run.shot->sight.area = {{5.0, -2.0}, {20.0, -2.0}, {20.0, 2.0}, {5.0, 2.0}};
  const std::string page = Report{run}.page;
  EXPECT_THAT(page, HasSubstr("camera: pedestrian, score 0.87"));
  EXPECT_THAT(page, HasSubstr("Dashed: 1 detections of the camera itself, labelled with class and score. 1 lane lines. "
                              "Shaded: drivable area."));
  EXPECT_THAT(page, HasSubstr("photo-lane"));
  EXPECT_EQ(project_ground(*run.shot, run.shot->sight.lanes[0]).size(), 2U) << "one place is behind the camera";
}

TEST(Report, TracksInThePictureHaveTheColourOfTheirSensors) {
  RunData run = test::synthetic_run();
  ASSERT_GE(run.shot->objects.size(), 4U);
  for (ObjectState& object : run.shot->objects) object.sources = 0;
  const ObjectState near = run.shot->objects[0];  // the car ahead
  const std::uint32_t sources[] = {0, 1, 2, 3, 4, 7};
  const char* expected[] = {"predicted", "by-lidar", "by-camera", "fused", "by-radar", "fused"};
  for (std::size_t i = 0; i < std::size(sources); ++i) {
    run.shot->objects = {near};
    run.shot->objects[0].sources = sources[i];
    EXPECT_THAT(Report{run}.page, HasSubstr(std::string("class=\"photo-line ") + expected[i])) << sources[i];
  }
}

TEST(Report, WhatIsNotThereIsSaidAndNeverShownAsZero) {
  RunData empty;
  empty.info.kind = "run";
  empty.info.executor = "live";
  empty.no_shot_reason = "no camera in this recording";
  const Report report{empty};
  EXPECT_THAT(report.page, HasSubstr("no chain is declared for this run"));
  EXPECT_THAT(report.page, HasSubstr("no ground truth in this recording: precision and recall cannot be computed"));
  EXPECT_THAT(report.page, HasSubstr("the monitor reported no state in this recording"));
  EXPECT_THAT(report.page, HasSubstr("nothing can be said about the false-alarm rate"));
  EXPECT_THAT(report.page, HasSubstr("no camera in this recording"));
  EXPECT_THAT(report.page, Not(HasSubstr(">0.000<")));
  EXPECT_THAT(report.page, Not(HasSubstr(">0.0 ms<")));
  EXPECT_TRUE(report.json["tracking"].contains("absent"));
  EXPECT_TRUE(report.json["faults"]["false_alarm_rate_upper_per_hour"].is_null());
}

TEST(Report, AnAbsentChainAndAnUnobservedTopicHaveNoNumbers) {
  const Report report{test::synthetic_run()};
  const auto& camera = report.json["chains"][1];
  EXPECT_THAT(camera["absent"].get<std::string>(), HasSubstr("names 'camera/front' in its lineage"));
  EXPECT_EQ(camera["reaction"], nlohmann::json({{"count", 0}}));
  EXPECT_TRUE(report.json["topics"][0]["lost"].is_null()) << "nobody listened to the camera";
  EXPECT_EQ(report.json["topics"][1]["lost"], 0);
}

TEST(Report, TooFewSamplesGiveNoBound) {
  const Report report{test::synthetic_run(false, 100)};
  EXPECT_TRUE(report.json["chains"][0]["reaction"]["p99_upper_ms"].is_null());
  EXPECT_THAT(report.page, HasSubstr("needs 299, has "));
}

TEST(Report, HostileNamesStayText) {
  RunData run = test::synthetic_run();
  run.info.launch = "<script>alert(1)</script>";
  run.injections[0].target = run.injections[1].target = "a\"><b>";
  run.faults[0].entity = "x' onload='";
  const Report report{std::move(run)};
  EXPECT_THAT(report.page, Not(HasSubstr("<script")));
  EXPECT_THAT(report.page, Not(HasSubstr("a\"><b>")));
  EXPECT_THAT(report.page, Not(HasSubstr("x' onload='")));
  EXPECT_THAT(report.page, HasSubstr("&lt;script&gt;"));
}

TEST(Escape, KeepsTextAndReplacesMarkupAndBrokenBytes) {
  EXPECT_EQ(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape("Straße → 3 µs 🚗"), "Straße → 3 µs 🚗");
  EXPECT_EQ(escape("\xC3"), "?") << "cut";
  EXPECT_EQ(escape("\xFF\x01x"), "??x");
  EXPECT_EQ(escape("\xC0\x80"), "??") << "overlong";
}

TEST(Svg, WritesNumbersShortAndFinite) {
  EXPECT_EQ(px(12.0), "12");
  EXPECT_EQ(px(12.34), "12.3");
  EXPECT_EQ(px(-0.01), "0");
  EXPECT_EQ(px(std::nan("")), "0");
  EXPECT_EQ(px(1e12), "1000000");
}

TEST(Svg, DrawsNothingWithoutExtent) {
  Svg svg(10, 10, "a \"b\"");
  svg.rect(0, 0, -1, 5, "x").polyline({{1, 1}}, "x").polygon({{1, 1}, {2, 2}}, "x");
  EXPECT_THAT(svg.str(), Not(HasSubstr("class=\"x\"")));
  EXPECT_THAT(svg.str(), HasSubstr("aria-label=\"a &quot;b&quot;\""));
}

TEST(Svg, TicksAreRoundAndInside) {
  EXPECT_EQ(round_ticks(0.0, 10.0, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_TRUE(round_ticks(1.0, 1.0, 5).empty());
  EXPECT_TRUE(round_ticks(0.0, INFINITY, 5).empty());
  EXPECT_EQ(tick_text(0.25, 0.25), "0.25");
  EXPECT_EQ(tick_text(20.0, 5.0), "20");
}

TEST(ThinOut, KeepsTheExtremes) {
  Points points;
  for (int i = 0; i < 1000; ++i) points.emplace_back(i, i == 517 ? 99.0 : 0.0);
  const Points thin = thin_out(points, 20);
  EXPECT_LE(thin.size(), 20U);
  EXPECT_THAT(thin, testing::Contains(std::pair{517.0, 99.0}));
}

TEST(Html, ValuesThatAreNotThereAreADash) {
  EXPECT_EQ(ms(std::nullopt), "–");
  EXPECT_EQ(ms(12340us), "12.3 ms");
  EXPECT_EQ(decimal(std::nullopt, 2), "–");
  EXPECT_EQ(p99_bound(distribution_of({1ms})), "needs 299, has 1");
}

}  // namespace
}  // namespace ocelli::report
