// Back end "fault": an accelerator that misbehaves on purpose, for tests and demonstrations. It computes nothing: its
// outputs are `value`, of the shapes in the option `outputs` ("1x85x22x22,1x4"), whatever the model says. Options:
//   fault=none|hang|deaf|error|nan|flood|throw|no_memory|throw_load|deaf_load|deaf_rehearsal
//                                          hang: until aborted; deaf: hang_ms, whatever the caller does;
//                                          flood: all outputs 1; throw, no_memory: a C++ exception; throw_load: at
//                                          once; deaf_load, deaf_rehearsal: deaf while it loads, or in the run that
//                                          ends it
//   after=N          the first N computations are good       every=N   only every Nth is bad
//   status=CODE      of fault=error, such as -13             value=V   of good outputs
//   latency_ms=N     of every computation
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/engine.hpp"
#include "ocelli/middleware/core/live_clock.hpp"

namespace ocelli::accel {
namespace {

using namespace std::chrono_literals;

std::vector<std::int64_t> dims_of(std::string_view text) {
  std::vector<std::int64_t> dims;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('x'));
    dims.push_back(std::atoll(std::string(part).c_str()));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return dims;
}

class FaultModel final : public EngineModel {
 public:
  static EngineStatus load(const EngineSource& source, std::unique_ptr<EngineModel>& out) {
    auto model = std::make_unique<FaultModel>();
    const auto number = [&](std::string_view key, const char* otherwise) {
      return std::atof(source.option(key, otherwise).c_str());
    };
    model->fault_ = source.option("fault", "none");
    if (model->fault_ == "throw_load") static_cast<void>(std::string().at(1));  // std::out_of_range
    model->after_ = static_cast<std::uint64_t>(number("after", "0"));
    model->every_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(number("every", "1")));
    model->status_ = static_cast<ocelli_accel_status>(number("status", "-9"));
    model->value_ = static_cast<float>(number("value", "0"));
    model->latency_ = std::chrono::microseconds(static_cast<std::int64_t>(1000.0 * number("latency_ms", "0")));
    model->hang_ = std::chrono::milliseconds(static_cast<std::int64_t>(number("hang_ms", "3600000")));
    if (model->fault_ == "deaf_load") model->sleep(model->hang_, false);
    model->inputs_.push_back({"input", source.dims});
    const std::string shapes = source.option("outputs", "1");
    for (std::string_view rest = shapes; !rest.empty();) {
      const std::string_view shape = rest.substr(0, rest.find(','));
      model->outputs_.push_back({"output" + std::to_string(model->outputs_.size()), dims_of(shape)});
      rest.remove_prefix(std::min(rest.size(), shape.size() + 1));
    }
    out = std::move(model);
    return {};
  }

  const std::vector<EngineTensor>& inputs() const override { return inputs_; }
  const std::vector<EngineTensor>& outputs() const override { return outputs_; }

  EngineStatus run(std::span<const std::span<const float>>, std::span<const std::span<float>> outputs) override {
    is_cancelled_ = false;
    const std::uint64_t run = runs_++;  // 0: the rehearsal of load, good but for deaf_rehearsal
    if (run == 0 && fault_ == "deaf_rehearsal") sleep(hang_, false);
    sleep(latency_, true);
    const bool is_bad = run > after_ && (run - after_) % every_ == 0;
    float value = value_;
    if (is_bad && fault_ == "hang") sleep(hang_, true);
    if (is_bad && fault_ == "deaf") sleep(hang_, false);
    if (is_bad && fault_ == "error") return {status_, "fault: as ordered"};
    if (is_bad && fault_ == "throw") static_cast<void>(std::string().at(1));  // std::out_of_range
    if (is_bad && fault_ == "no_memory")  // std::bad_array_new_length: more bytes than can be counted
      static_cast<void>(std::make_unique<double[]>(std::numeric_limits<std::size_t>::max() - run));
    if (is_bad && fault_ == "nan") value = std::numeric_limits<float>::quiet_NaN();
    if (is_bad && fault_ == "flood") value = 1.0F;
    for (const std::span<float> output : outputs) std::ranges::fill(output, value);
    return {};
  }

  void cancel() override { is_cancelled_ = true; }

 private:
  void sleep(std::chrono::microseconds duration, bool ends_when_cancelled) const {
    const LiveClock clock{Duration{}};
    const Time end = clock.now() + duration;
    for (Duration rest = duration; rest > 0us && !(ends_when_cancelled && is_cancelled_); rest = end - clock.now())
      std::this_thread::sleep_for(std::min<Duration>(rest, 1ms));
  }

  std::string fault_;
  std::uint64_t after_ = 0;
  std::uint64_t every_ = 1;
  ocelli_accel_status status_ = OCELLI_ACCEL_DEVICE_LOST;
  float value_ = 0.0F;
  std::chrono::microseconds latency_{};
  std::chrono::microseconds hang_{};
  std::uint64_t runs_ = 0;
  std::atomic<bool> is_cancelled_ = false;
  std::vector<EngineTensor> inputs_;
  std::vector<EngineTensor> outputs_;
};

constexpr Engine kEngine{"fault", OCELLI_ACCEL_CAN_ABORT,
                         [](std::string_view, std::string& version) {
                           version = "1";
                           return EngineStatus{};
                         },
                         &FaultModel::load};

}  // namespace

const ocelli_accel_api* fault_api() { return engine_api<kEngine>(); }

}  // namespace ocelli::accel
