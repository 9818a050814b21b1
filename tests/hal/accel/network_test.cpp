#include "ocelli/hal/accel/network.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <set>
#include <thread>

#include "ocelli/hal/accel/backends.hpp"

namespace ocelli::accel {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;

constexpr Duration kLong = 20s;

AcceleratorConfig fault_with(const std::string& options) { return {"fault", "outputs=1x2x3,4;" + options, 1}; }

Result<Network> loaded(const AcceleratorConfig& config, const std::atomic<bool>* stop = nullptr) {
  return Network::load("test", {{"none", {}}}, {1, 3, 4, 4}, config, stop);
}

Result<Network> faulty(const std::string& options, std::vector<std::int64_t> dims = {1, 3, 4, 4}) {
  return Network::load("test", {{"none", {}}}, dims, fault_with(options));
}

Status run(Network& network, Duration deadline = kLong) {
  auto input = network.begin_input();
  if (!input) return error(input.error());
  std::ranges::fill(*input, 0.5F);
  return network.run(deadline);
}

/// Until the job that was aborted has let go.
Status run_when_free(Network& network) {
  Status status = run(network);
  for (int i = 0; i < 5000 && !status && status.error().code == ErrorCode::kUnavailable; ++i) {
    std::this_thread::sleep_for(1ms);
    status = run(network);
  }
  return status;
}

TEST(Network, GivesTheOutputsOfTheBackEnd) {
  auto network = faulty("value=2.5");
  ASSERT_TRUE(network) << network.error().message;
  ASSERT_TRUE(run(*network));
  ASSERT_EQ(network->outputs().size(), 2U);
  EXPECT_EQ(network->outputs()[0].dims, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(network->outputs()[0].data.size(), 6U);
  EXPECT_THAT(network->outputs()[1].data, Each(2.5F));
  EXPECT_EQ(network->health().jobs, 1U);
}

TEST(Network, TensorsOfMoreSizesThanTheAbiHasAreRefusedByName) {
  for (const char* sizes :
       {"1x1x1x1x1x1x1x1x3", "1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1"}) {
    const auto network =
        Network::load("deep", {{"none", {}}}, {1, 3, 4, 4}, {"fault", std::string("outputs=") + sizes, 1});
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(network.error().message, HasSubstr(std::string(sizes) + ": expected at most 8 sizes"));
  }
  EXPECT_TRUE(Network::load("flat", {{"none", {}}}, {1, 3, 4, 4}, {"fault", "outputs=1x1x1x1x1x1x1x3", 1}));
}

TEST(Network, WhatADeviceAbortsIsNoHang) {
  auto network = faulty("fault=error;status=-8;every=2");  // OCELLI_ACCEL_ABORTED
  ASSERT_TRUE(network) << network.error().message;
  int good = 0;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(network->begin_input()) << "given up after " << i;
    good += network->run_to_the_end() ? 1 : 0;
  }
  EXPECT_EQ(good, 3);
}

TEST(Network, AnInjectedDelayMakesResultsLateOnlyAsLongAsItLasts) {
  auto network = faulty("value=2.5");
  ASSERT_TRUE(network);
  std::atomic<Duration> delay = Duration{};
  network->inject_delay(&delay);
  ASSERT_TRUE(run(*network));
  delay = kLong;
  const Status late = run(*network, 2ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(late.error().message, HasSubstr("no result within 2.0 ms"));
  delay = Duration(1ms);
  EXPECT_TRUE(run_when_free(*network)) << "late, but within the deadline";
  delay = Duration{};
  EXPECT_TRUE(run(*network));
}

TEST(Network, AnInjectedDelayEndsWithTheRun) {
  std::atomic<bool> stop = false;
  auto network = loaded(fault_with("value=2.5"), &stop);
  ASSERT_TRUE(network);
  const std::atomic<Duration> delay = Duration(1h);
  network->inject_delay(&delay);
  stop = true;
  const Status status = run(*network, 1h);  // whoever sleeps the delay out runs into the time limit of the test
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("given up, the run ends"));
}

TEST(Network, DropsALateResultAndIsBusyUntilTheDeviceLetsGo) {
  auto network = faulty("fault=deaf;hang_ms=300;after=1");
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  const Status late = run(*network, 1ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(late.error().message, HasSubstr("no result within 1.0 ms"));
  const Status busy = run(*network);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(network->health().jobs_aborted, 1U);
}

TEST(Network, AnAbortEndsAHangOfABackEndThatListens) {
  auto network = faulty("fault=hang;every=2");
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  EXPECT_EQ(run(*network, 5ms).error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(run_when_free(*network)) << "an hour of hanging ended with the abort";
}

TEST(Network, IsDestroyedWhileTheBackEndHangs) {
  auto network = faulty("fault=deaf;hang_ms=1500");
  ASSERT_TRUE(network);
  EXPECT_FALSE(run(*network, 1ms));
  { const Network gone = std::move(*network); }
  SUCCEED() << "the thread was left behind, with everything it touches";
}

TEST(Network, AnErrorOfTheDeviceNamesItsKind) {
  auto network = faulty("fault=error;status=-13");
  ASSERT_TRUE(network);
  const Status status = run(*network);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("too hot"));
  EXPECT_THAT(status.error().message, HasSubstr("model 'test' on 'fault'"));
  EXPECT_EQ(network->health().jobs_failed, 1U);
}

TEST(Network, RefusesValuesThatAreNoNumbers) {
  auto network = faulty("fault=nan");
  ASSERT_TRUE(network);
  const Status status = run(*network);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(status.error().message, HasSubstr("not a finite number"));
}

TEST(Network, WhatALibraryThrowsBecomesAStatus) {
  auto thrown = faulty("fault=throw;every=2");
  ASSERT_TRUE(thrown);
  EXPECT_TRUE(run(*thrown));
  const Status lost = run(*thrown);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(run(*thrown)) << "the device goes on";
  const auto unloaded = faulty("fault=throw_load");
  ASSERT_FALSE(unloaded);
  EXPECT_THAT(unloaded.error().message, HasSubstr("bad model"));
  auto full = faulty("fault=no_memory");
  ASSERT_TRUE(full);
  const Status no_memory = run(*full);
  ASSERT_FALSE(no_memory);
  EXPECT_EQ(no_memory.error().code, ErrorCode::kExhausted);
  EXPECT_THAT(no_memory.error().message, HasSubstr("no memory left"));
}

TEST(Network, AResultThatWasNotInTimeHasNoTime) {
  auto network = faulty("fault=deaf;hang_ms=200;after=1;latency_ms=2");
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  EXPECT_GT(network->last_time(), Duration{});
  ASSERT_FALSE(run(*network, 1ms));
  EXPECT_EQ(network->last_time(), Duration{});
}

TEST(Network, GoesOnAfterABadResult) {
  auto network = faulty("fault=nan;every=2");
  ASSERT_TRUE(network);
  EXPECT_TRUE(run(*network));
  EXPECT_FALSE(run(*network));
  EXPECT_TRUE(run(*network));
}

TEST(Network, ALoadThatDoesNotEndIsGivenUpWhereverItHangs) {
  for (const std::string fault : {"fault=deaf_load;hang_ms=", "fault=deaf_rehearsal;hang_ms=", "latency_ms="}) {
    AcceleratorConfig config = fault_with(fault + "20000");
    config.load_within = 100ms;
    const auto network = loaded(config);
    ASSERT_FALSE(network) << fault;
    EXPECT_EQ(network.error().code, ErrorCode::kTimeout);
    EXPECT_THAT(network.error().message,
                HasSubstr("model 'test' on 'fault': not loaded and run once within 0.1 s: given up (load_within"));
    config = fault_with(fault + "60");
    EXPECT_TRUE(loaded(config)) << fault << ": late is not too late";
  }
}

TEST(Network, TheEndOfTheRunEndsALoad) {
  const std::atomic<bool> stop = true;
  for (const char* fault : {"fault=deaf_load;hang_ms=20000", "fault=deaf_rehearsal;hang_ms=20000"}) {
    AcceleratorConfig config = fault_with(fault);
    config.load_within = 600s;
    const auto network = loaded(config, &stop);
    ASSERT_FALSE(network) << fault;
    EXPECT_EQ(network.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(network.error().message, HasSubstr("loading given up, the run ends"));
  }
}

/// Runs until `is_over`; the errors on the way, each once.
std::set<std::string> errors_until(Network& network, const std::function<bool()>& is_over) {
  std::set<std::string> errors;
  for (int i = 0; i < 10'000 && !is_over(); ++i) {
    if (const Status status = run(network, 5ms); !status) errors.insert(status.error().message);
    std::this_thread::sleep_for(1ms);
  }
  return errors;
}

TEST(Network, ADeafDeviceIsResetAndHangsWhenThatDoesNotHelp) {
  AcceleratorConfig config = fault_with("fault=deaf;after=1;hang_ms=20000");
  config.reset_after = 50ms;
  auto network = loaded(config);
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  EXPECT_FALSE(network->has_hung());
  const auto errors = errors_until(*network, [&] { return network->has_hung(); });
  ASSERT_TRUE(network->has_hung());
  EXPECT_THAT(errors, Contains(HasSubstr("no result within 5.0 ms")));
  EXPECT_THAT(errors, Contains(HasSubstr("busy with a late computation: a job that has not ended")));
  EXPECT_THAT(errors, Contains(HasSubstr("busy with a late computation: being reset")));
  const auto given_up = network->begin_input();
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(given_up.error().message, HasSubstr("model 'test' on 'fault': device hangs, given up: busy for "));
  EXPECT_THAT(given_up.error().message, HasSubstr("s with a late computation, and a reset did not help: the device did "
                                                  "not come to rest in time"));
  EXPECT_EQ(network->health().is_hung, 1U);
}

TEST(Network, ADeviceThatComesToRestInAResetGoesOn) {
  AcceleratorConfig config = fault_with("fault=deaf;every=2;hang_ms=500");
  config.reset_after = 20ms;
  auto network = loaded(config);
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  for (int i = 0; i < 2; ++i) {  // after a good result the next reset is a first one again
    ASSERT_FALSE(run(*network, 1ms));
    bool is_good = false;
    std::set<std::string> errors;
    while (!is_good && !network->has_hung()) {
      const Status status = run(*network);
      is_good = status.has_value();
      if (!status) errors.insert(status.error().message);
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_TRUE(is_good);
    EXPECT_THAT(errors, Contains(HasSubstr("being reset")));
  }
}

TEST(Network, AResetThatBringsNoResultIsNotRepeated) {
  AcceleratorConfig config = fault_with("fault=deaf;after=1;hang_ms=300");
  config.reset_after = 20ms;
  auto network = loaded(config);
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  errors_until(*network, [&] { return network->has_hung(); });
  ASSERT_TRUE(network->has_hung());
  EXPECT_THAT(network->begin_input().error().message, HasSubstr("again after a reset, without a result"));
}

TEST(Network, ADeviceThatSaysItHangsIsGivenUp) {
  auto network = faulty("fault=error;status=-10;every=2");
  ASSERT_TRUE(network);
  ASSERT_TRUE(run(*network));
  EXPECT_THAT(run(*network).error().message, HasSubstr("device hangs: fault: as ordered"));
  EXPECT_TRUE(network->has_hung());
  EXPECT_THAT(run(*network).error().message, HasSubstr("device hangs, given up: fault: as ordered"));
}

TEST(Network, RefusesImpossibleShapesAndUnknownBackEnds) {
  EXPECT_THAT(faulty("", {1, 3, 0, 4}).error().message, HasSubstr("expected positive sizes"));
  EXPECT_THAT(Network::load("x", {{"none", {}}}, {1}, {"opencvv", "", 1}).error().message,
              AllOf(HasSubstr("did you mean 'opencv'"),
                    HasSubstr("known: auto, opencv, onnxruntime, hog, markings, fault, or the path")));
  EXPECT_THAT(Network::load("x", {{"none", {}}}, {1}, {"auto", "", 1}).error().message,
              HasSubstr("which one it means depends on the model"));
  EXPECT_THAT(Network::load("x", {{"none", {}}}, {1}, {"./no_such.so", "", 1}).error().message,
              HasSubstr("no_such.so"));
}

TEST(Network, RefusesAModelThatCannotBeRead) {
  const std::vector<std::byte> garbage(100, std::byte{7});
  for (const char* backend : {"opencv", "onnxruntime"}) {
    const auto network = Network::load("x", {{"onnx", garbage}}, {1, 3, 4, 4}, {backend, "", 1});
    ASSERT_FALSE(network) << backend;
    EXPECT_THAT(network.error().message, HasSubstr(backend));
  }
}

TEST(Backends, SayWhatTheyAreOrWhyTheyCannotBeUsed) {
  for (const BackendRow& row : backends()) {
    const auto version = version_of(row);
    if (row.name != "onnxruntime") {
      EXPECT_TRUE(version) << row.name;
    }
    if (!version) {
      EXPECT_THAT(version.error().message, HasSubstr("OCELLI_ONNXRUNTIME"));
    }
  }
}

TEST(AcceleratorStatus, EveryCodeHasItsMeaning) {
  for (int status = OCELLI_ACCEL_IO; status < 0; ++status) EXPECT_NE(error_of(status, "").code, ErrorCode::kInternal);
  EXPECT_EQ(error_of(-99, "").code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace ocelli::accel
