// What every back end must keep, asked through the C ABI alone.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/hal/accel/backends.hpp"

namespace ocelli::accel {
namespace {

/// A device of the back end "fault" with one input and one output of four floats.
class AcceleratorAbi : public testing::Test {
 protected:
  void open(const std::string& options) {
    const auto found = find_backend("fault");
    ASSERT_TRUE(found);
    api = *found;
    ASSERT_EQ(api->open(0, ("outputs=4;value=3;" + options).c_str(), &device), OCELLI_ACCEL_OK);
    const ocelli_accel_part part{"none", "", 0};
    ocelli_accel_model_source source{};
    source.size = sizeof source;
    source.n_parts = 1;
    source.parts = &part;
    source.n_dims = 1;
    source.dims[0] = 4;
    ASSERT_EQ(api->load(device, &source, &model), OCELLI_ACCEL_OK) << api->last_error();
    ASSERT_EQ(api->alloc(device, 16, &in), OCELLI_ACCEL_OK);
    ASSERT_EQ(api->alloc(device, 16, &out), OCELLI_ACCEL_OK);
    fill(out, 7.0F);
  }
  void TearDown() override {
    if (api == nullptr) return;
    api->release(job);
    api->free_buffer(in);
    api->free_buffer(out);
    api->unload(model);
    api->close(device);
  }
  void fill(ocelli_accel_buffer* buffer, float value) const {
    void* data = nullptr;
    ASSERT_EQ(api->begin_cpu(buffer, OCELLI_ACCEL_CPU_WRITES, &data), OCELLI_ACCEL_OK);
    std::fill_n(static_cast<float*>(data), 4, value);
    api->end_cpu(buffer);
  }
  ocelli_accel_status submit() {
    const ocelli_accel_binding input{in, 0, 16};
    const ocelli_accel_binding output{out, 0, 16};
    ocelli_accel_submit_info info{};
    info.size = sizeof info;
    info.tag = 42;
    return api->submit(model, &input, 1, &output, 1, &info, &job);
  }
  ocelli_accel_status wait(std::uint64_t timeout_ns) {
    result = {};
    result.size = sizeof result;
    return api->wait(job, timeout_ns, &result);
  }
  float first_output() const {
    void* data = nullptr;
    if (api->begin_cpu(out, OCELLI_ACCEL_CPU_READS, &data) != OCELLI_ACCEL_OK) return NAN;
    return *static_cast<float*>(data);
  }

  const ocelli_accel_api* api = nullptr;
  ocelli_accel_device* device = nullptr;
  ocelli_accel_model* model = nullptr;
  ocelli_accel_buffer* in = nullptr;
  ocelli_accel_buffer* out = nullptr;
  ocelli_accel_job* job = nullptr;
  ocelli_accel_result result{};
};

TEST_F(AcceleratorAbi, AJobEndsWithItsTagAndItsTimes) {
  open("");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  ASSERT_EQ(wait(OCELLI_ACCEL_FOREVER), OCELLI_ACCEL_OK);
  EXPECT_EQ(result.status, OCELLI_ACCEL_OK);
  EXPECT_EQ(result.tag, 42U);
  EXPECT_LE(result.queued_ns, result.started_ns);
  EXPECT_LE(result.started_ns, result.ended_ns);
  EXPECT_EQ(first_output(), 3.0F);
}

TEST_F(AcceleratorAbi, AWaitEndsWithItsTimeAndTheJobGoesOn) {
  open("latency_ms=30");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  EXPECT_EQ(wait(0), OCELLI_ACCEL_TIMEOUT);
  EXPECT_EQ(wait(OCELLI_ACCEL_FOREVER), OCELLI_ACCEL_OK);
  EXPECT_EQ(result.status, OCELLI_ACCEL_OK);
}

TEST_F(AcceleratorAbi, AnAbortedJobNeverWritesItsOutputs) {
  open("fault=deaf;hang_ms=50");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  ASSERT_EQ(api->abort(job), OCELLI_ACCEL_OK);
  ASSERT_EQ(wait(0), OCELLI_ACCEL_OK) << "an aborted job is over for the caller at once";
  EXPECT_EQ(result.status, OCELLI_ACCEL_ABORTED);
  EXPECT_EQ(api->reset(device, 10'000'000'000), OCELLI_ACCEL_OK);
  EXPECT_EQ(first_output(), 7.0F) << "as it was before";
}

TEST_F(AcceleratorAbi, BuffersOfAJobThatHasNotEndedStayTaken) {
  open("fault=deaf;hang_ms=2000");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  while (wait(1'000'000) == OCELLI_ACCEL_TIMEOUT && result.started_ns == 0) continue;
  ASSERT_EQ(api->abort(job), OCELLI_ACCEL_OK);
  void* data = nullptr;
  EXPECT_EQ(api->begin_cpu(in, OCELLI_ACCEL_CPU_WRITES, &data), OCELLI_ACCEL_BUSY);
  ocelli_accel_job* first = std::exchange(job, nullptr);
  EXPECT_EQ(submit(), OCELLI_ACCEL_BUSY);
  api->release(first);
}

TEST_F(AcceleratorAbi, AResetThatDoesNotComeToRestIsAHang) {
  open("fault=deaf;hang_ms=2000");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  while (wait(1'000'000) == OCELLI_ACCEL_TIMEOUT && result.started_ns == 0) continue;
  EXPECT_EQ(api->reset(device, 1'000'000), OCELLI_ACCEL_HANG);
  ASSERT_EQ(wait(0), OCELLI_ACCEL_OK);
  EXPECT_EQ(result.status, OCELLI_ACCEL_ABORTED);
  ocelli_accel_health health{};
  health.size = sizeof health;
  ASSERT_EQ(api->health(device, &health), OCELLI_ACCEL_OK) << "never waits for jobs";
  EXPECT_EQ(health.is_hung, 1U);
  EXPECT_EQ(health.temperature_mc, std::numeric_limits<std::int32_t>::min());
}

TEST_F(AcceleratorAbi, TheDescriptorOfAJobIsReadableWhenItHasEnded) {
  open("latency_ms=20");
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  int fd = -1;
  ASSERT_EQ(api->job_fd(job, &fd), OCELLI_ACCEL_OK);
  pollfd entry{fd, POLLIN, 0};
  EXPECT_EQ(::poll(&entry, 1, 20'000), 1);
  EXPECT_EQ(wait(0), OCELLI_ACCEL_OK);
}

TEST_F(AcceleratorAbi, RefusesBindingsThatDoNotFit) {
  open("");
  const ocelli_accel_binding small{in, 0, 12};
  const ocelli_accel_binding beyond{in, 4, 16};
  const ocelli_accel_binding good{out, 0, 16};
  ocelli_accel_job* none = nullptr;
  EXPECT_EQ(api->submit(model, &small, 1, &good, 1, nullptr, &none), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_EQ(api->submit(model, &beyond, 1, &good, 1, nullptr, &none), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_EQ(api->submit(model, &good, 1, &good, 0, nullptr, &none), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_STRNE(api->last_error(), "");
  EXPECT_EQ(api->submit(nullptr, nullptr, 0, nullptr, 0, nullptr, nullptr), OCELLI_ACCEL_BAD_ARGUMENT);
}

TEST_F(AcceleratorAbi, FillsNoMoreThanTheCallersStruct) {
  open("");
  struct {
    ocelli_accel_tensor_info info;
    char guard[4];
  } older{};
  std::memset(&older, 0x5A, sizeof older);
  older.info.size = offsetof(ocelli_accel_tensor_info, dims);
  ASSERT_EQ(api->tensor_info(model, 0, 0, &older.info), OCELLI_ACCEL_OK);
  EXPECT_EQ(older.info.n_dims, 1U);
  EXPECT_EQ(older.info.dims[0], 0x5A5A5A5A5A5A5A5A) << "behind the end of an older caller's struct";
  EXPECT_EQ(api->tensor_info(model, 1, 9, &older.info), OCELLI_ACCEL_BAD_ARGUMENT);
}

/// A back end, and the smallest picture that it takes without a model's file.
struct BackendCase {
  const char* name;
  std::int64_t height;
  std::int64_t width;
};

/// What can be asked of a back end that does not misbehave on order.
class EveryBackend : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    const auto found = find_backend(GetParam().name);
    ASSERT_TRUE(found);
    api = *found;
    ASSERT_EQ(api->open(0, nullptr, &device), OCELLI_ACCEL_OK) << api->last_error();
    std::vector<ocelli_accel_part> parts;
    if (std::string_view(GetParam().name) == "opencv")
      parts = {{"darknet.cfg", kLayers.data(), kLayers.size()}, {"darknet.weights", kWeights.data(), sizeof kWeights}};
    ocelli_accel_model_source source{};
    source.size = sizeof source;
    source.n_parts = static_cast<std::uint32_t>(parts.size());
    source.parts = parts.data();
    source.n_dims = 4;
    std::ranges::copy(std::to_array<std::int64_t>({1, 3, GetParam().height, GetParam().width}), source.dims);
    ASSERT_EQ(api->load(device, &source, &model), OCELLI_ACCEL_OK) << api->last_error();
    in = bind(0);
    out = bind(1);
  }
  void TearDown() override {
    if (api == nullptr) return;
    api->release(job);
    api->free_buffer(in.buffer);
    api->free_buffer(out.buffer);
    api->unload(model);
    api->close(device);
  }
  /// A buffer for the only input or output.
  ocelli_accel_binding bind(int is_output) const {
    ocelli_accel_tensor_info info{};
    info.size = sizeof info;
    EXPECT_EQ(api->tensor_info(model, is_output, 0, &info), OCELLI_ACCEL_OK) << api->last_error();
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < info.n_dims; ++i) count *= static_cast<std::uint64_t>(info.dims[i]);
    EXPECT_EQ(info.bytes, count * sizeof(float));
    ocelli_accel_binding binding{nullptr, 0, info.bytes};
    EXPECT_EQ(api->alloc(device, info.bytes, &binding.buffer), OCELLI_ACCEL_OK);
    fill(binding, 7.0F);
    return binding;
  }
  void fill(const ocelli_accel_binding& binding, float value) const {
    void* data = nullptr;
    ASSERT_EQ(api->begin_cpu(binding.buffer, OCELLI_ACCEL_CPU_WRITES, &data), OCELLI_ACCEL_OK);
    std::fill_n(static_cast<float*>(data), binding.bytes / sizeof(float), value);
    EXPECT_EQ(api->end_cpu(binding.buffer), OCELLI_ACCEL_OK);
  }
  ocelli_accel_status submit() {
    ocelli_accel_submit_info info{};
    info.size = sizeof info;
    return api->submit(model, &in, 1, &out, 1, &info, &job);
  }
  ocelli_accel_status wait(std::uint64_t timeout_ns) {
    result = {};
    result.size = sizeof result;
    return api->wait(job, timeout_ns, &result);
  }
  bool is_output_all(float value) const {
    void* data = nullptr;
    if (api->begin_cpu(out.buffer, OCELLI_ACCEL_CPU_READS, &data) != OCELLI_ACCEL_OK) return false;
    const std::span<const float> values(static_cast<const float*>(data), out.bytes / sizeof(float));
    return std::ranges::all_of(values, [value](float v) { return v == value; });
  }

  static constexpr std::string_view kLayers =
      "[net]\nwidth=8\nheight=8\nchannels=3\n\n"
      "[convolutional]\nfilters=1\nsize=1\nstride=1\npad=1\nactivation=linear\n";
  static constexpr std::array<std::int32_t, 9> kWeights = {0, 2, 0, 0, 0, 0, 0, 0, 0};  // zeros behind the header

  const ocelli_accel_api* api = nullptr;
  ocelli_accel_device* device = nullptr;
  ocelli_accel_model* model = nullptr;
  ocelli_accel_binding in{};
  ocelli_accel_binding out{};
  ocelli_accel_job* job = nullptr;
  ocelli_accel_result result{};
};

TEST_P(EveryBackend, AJobEndsAndWritesItsOutputs) {
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  ASSERT_EQ(wait(OCELLI_ACCEL_FOREVER), OCELLI_ACCEL_OK);
  EXPECT_EQ(result.status, OCELLI_ACCEL_OK) << api->last_error();
  EXPECT_LE(result.queued_ns, result.started_ns);
  EXPECT_LE(result.started_ns, result.ended_ns);
  EXPECT_FALSE(is_output_all(7.0F));
}

TEST_P(EveryBackend, AnAbortedJobIsOverAtOnceAndNeverWrites) {
  ASSERT_EQ(submit(), OCELLI_ACCEL_OK);
  ocelli_accel_job* second = nullptr;
  ASSERT_EQ(api->abort(job), OCELLI_ACCEL_OK);
  ASSERT_EQ(wait(0), OCELLI_ACCEL_OK);
  EXPECT_TRUE(result.status == OCELLI_ACCEL_ABORTED || result.status == OCELLI_ACCEL_OK) << "it may have ended before";
  const bool is_aborted = result.status == OCELLI_ACCEL_ABORTED;
  ASSERT_EQ(api->reset(device, 20'000'000'000), OCELLI_ACCEL_OK);
  EXPECT_TRUE(!is_aborted || is_output_all(7.0F)) << "as it was before";
  EXPECT_EQ(api->submit(model, &in, 1, &out, 1, nullptr, &second), OCELLI_ACCEL_OK) << "after a reset it goes on";
  api->release(second);
}

TEST_P(EveryBackend, SaysHowItIsAndRefusesWhatIsNoArgument) {
  ocelli_accel_health health{};
  health.size = sizeof health;
  ASSERT_EQ(api->health(device, &health), OCELLI_ACCEL_OK);
  EXPECT_EQ(health.is_hung, 0U);
  EXPECT_EQ(api->health(nullptr, &health), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_EQ(api->load(device, nullptr, &model), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_EQ(api->open(1, nullptr, &device), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_STRNE(api->last_error(), "");
  ocelli_accel_binding small = in;
  small.bytes -= sizeof(float);
  ocelli_accel_job* none = nullptr;
  EXPECT_EQ(api->submit(model, &small, 1, &out, 1, nullptr, &none), OCELLI_ACCEL_BAD_ARGUMENT);
  EXPECT_EQ(api->alloc(device, 0, &small.buffer), OCELLI_ACCEL_BAD_ARGUMENT);
}

INSTANTIATE_TEST_SUITE_P(Accelerators, EveryBackend,
                         testing::Values(BackendCase{"fault", 4, 4}, BackendCase{"hog", 160, 128},
                                         BackendCase{"markings", 32, 64}, BackendCase{"opencv", 8, 8}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace ocelli::accel
