#include "ocelli/hal/accel/network.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/errand.hpp"
#include "ocelli/hal/accel/open_device.hpp"
#include "ocelli/hal/accel/recovery.hpp"
#include "ocelli/middleware/core/live_clock.hpp"

namespace ocelli::accel {
namespace {

constexpr Duration kPatience = 50ms;     // between two looks whether the run ends
constexpr Duration kClosePatience = 1s;  // for a device that hangs
constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

struct Meaning {
  ocelli_accel_status status;
  ErrorCode code;
  std::string_view text;
};

constexpr Meaning kMeanings[] = {
    {OCELLI_ACCEL_BAD_ARGUMENT, ErrorCode::kInvalidArgument, "bad argument"},
    {OCELLI_ACCEL_NO_MEMORY, ErrorCode::kExhausted, "no memory left"},
    {OCELLI_ACCEL_UNSUPPORTED, ErrorCode::kUnsupported, "not supported"},
    {OCELLI_ACCEL_BAD_MODEL, ErrorCode::kCorrupt, "bad model"},
    {OCELLI_ACCEL_WRONG_TARGET, ErrorCode::kUnsupported, "model made for another device"},
    {OCELLI_ACCEL_BUSY, ErrorCode::kUnavailable, "busy with a late computation"},
    {OCELLI_ACCEL_TIMEOUT, ErrorCode::kTimeout, "late"},
    {OCELLI_ACCEL_ABORTED, ErrorCode::kTimeout, "aborted"},
    {OCELLI_ACCEL_DEVICE_LOST, ErrorCode::kUnavailable, "device lost"},
    {OCELLI_ACCEL_HANG, ErrorCode::kUnavailable, "device hangs"},
    {OCELLI_ACCEL_MEMORY_ERROR, ErrorCode::kCorrupt, "uncorrectable memory error"},
    {OCELLI_ACCEL_INTEGRITY, ErrorCode::kCorrupt, "integrity violated"},
    {OCELLI_ACCEL_THERMAL, ErrorCode::kUnavailable, "too hot"},
    {OCELLI_ACCEL_IO, ErrorCode::kUnavailable, "input or output failed"},
};

Time now() { return LiveClock(Duration{}).now(); }

}  // namespace

Error error_of(ocelli_accel_status status, std::string_view text) {
  const auto* found = std::ranges::find(kMeanings, status, &Meaning::status);
  if (found == std::end(kMeanings)) return {ErrorCode::kInternal, fmt::format("status {}: {}", status, text)};
  return {found->code, fmt::format("{}{}{}", found->text, text.empty() ? "" : ": ", text)};
}

struct Network::Handles {
  std::string name;
  std::shared_ptr<OpenDevice> shared = std::make_shared<OpenDevice>();
  OpenDevice& open = *shared;
  const ocelli_accel_api* api = nullptr;
  ocelli_accel_binding input_binding{};
  std::vector<ocelli_accel_binding> output_bindings;
  std::vector<Tensor> outputs;
  Duration last_time{};
  const std::atomic<Duration>* injected_delay = nullptr;
  const std::atomic<bool>* stop = nullptr;
  Duration hang_after{};
  Recovery recovery;
  bool is_late = false;  // the last computation: its wait ended without a result

  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  /// A device that hangs, or is in a reset, may hold up whoever closes it.
  ~Handles() {
    const bool is_fit = recovery.is_at_rest() && !recovery.has_hung();
    recovery = Recovery();
    if (is_fit) return;
    Errand closing([device = std::move(shared)]() mutable { device.reset(); });
    closing.wait(kClosePatience);
  }

  Status check(ocelli_accel_status status) {
    if (status == OCELLI_ACCEL_OK) return ok();
    const std::string text = last_error_of(*api);
    if (status == OCELLI_ACCEL_BUSY) recovery.note_busy(now());
    if (status == OCELLI_ACCEL_HANG) recovery.note_hang(text);
    return error(error_of(status, text).within(name));
  }

  Status check_device() {
    const Status fit = recovery.check(now());
    return fit ? ok() : Status(error(fit.error().within(name)));
  }

  Result<Tensor> describe(bool is_output, std::uint32_t index) {
    ocelli_accel_tensor_info info{};
    info.size = sizeof info;
    OCELLI_TRY(check(api->tensor_info(open.model, is_output ? 1 : 0, index, &info)));
    if (info.n_dims > OCELLI_ACCEL_DIMS)
      return error(ErrorCode::kCorrupt, "{}: tensor {} of {} sizes: expected at most {}", name, index, info.n_dims,
                   OCELLI_ACCEL_DIMS);
    if (info.type != OCELLI_ACCEL_F32 ||
        std::any_of(info.strides, info.strides + info.n_dims, [](auto s) { return s != 0; }))
      return error(ErrorCode::kUnsupported, "{}: tensor '{}' is not packed float", name, info.name);
    return Tensor{info.name, {info.dims, info.dims + info.n_dims}, {}};
  }

  Result<ocelli_accel_binding> allocate(const Tensor& tensor, ocelli_accel_buffer*& buffer) {
    std::uint64_t bytes = sizeof(float);
    for (const std::int64_t dim : tensor.dims) bytes *= static_cast<std::uint64_t>(dim);
    OCELLI_TRY(check(api->alloc(open.device, bytes, &buffer)));
    return ocelli_accel_binding{buffer, 0, bytes};
  }

  Status load(const std::vector<NetworkPart>& parts, const std::vector<std::int64_t>& dims,
              const AcceleratorConfig& config) {
    const std::string options = fmt::format("threads={};{}", config.threads, config.options);
    OCELLI_TRY(check(api->open(0, options.c_str(), &open.device)));
    std::vector<ocelli_accel_part> list;
    for (const NetworkPart& part : parts) list.push_back({part.role.c_str(), part.data.data(), part.data.size()});
    ocelli_accel_model_source source{};
    source.size = sizeof source;
    source.parts = list.data();
    source.n_parts = static_cast<std::uint32_t>(list.size());
    source.n_dims = static_cast<std::uint32_t>(dims.size());
    std::ranges::copy(dims, source.dims);
    OCELLI_TRY(check(api->load(open.device, &source, &open.model)));
    return bind(dims);
  }

  Status bind(const std::vector<std::int64_t>& dims) {
    ocelli_accel_model_info info{};
    info.size = sizeof info;
    OCELLI_TRY(check(api->model_info(open.model, &info)));
    if (info.n_inputs != 1)
      return error(ErrorCode::kUnsupported, "{}: the model has {} inputs: expected 1", name, info.n_inputs);
    OCELLI_ASSIGN(const Tensor given, describe(false, 0));
    if (given.dims != dims)
      return error(ErrorCode::kCorrupt, "{}: the model's input is {}: expected {}", name, fmt::join(given.dims, "x"),
                   fmt::join(dims, "x"));
    OCELLI_ASSIGN(input_binding, allocate(given, open.input));
    for (std::uint32_t i = 0; i < info.n_outputs; ++i) {
      OCELLI_ASSIGN(outputs.emplace_back(), describe(true, i));
      OCELLI_ASSIGN(output_bindings.emplace_back(), allocate(outputs.back(), open.outputs.emplace_back()));
    }
    return ok();
  }

  Result<std::span<float>> begin(const ocelli_accel_binding& binding, std::uint32_t access) {
    void* data = nullptr;
    OCELLI_TRY(check(api->begin_cpu(binding.buffer, access, &data)));
    return std::span(static_cast<float*>(data), binding.bytes / sizeof(float));
  }

  /// What is not overwritten shows.
  Status poison() {
    for (const ocelli_accel_binding& binding : output_bindings) {
      OCELLI_ASSIGN(const std::span<float> data, begin(binding, OCELLI_ACCEL_CPU_WRITES));
      std::ranges::fill(data, kPoison);
      OCELLI_TRY(check(api->end_cpu(binding.buffer)));
    }
    return ok();
  }

  ocelli_accel_status wait(ocelli_accel_job* job, Duration deadline, ocelli_accel_result& result) const {
    const Duration late = std::min(deadline, injected());
    for (Duration rest = late; rest > Duration{} && !is_stopping(); rest -= kPatience)
      std::this_thread::sleep_for(std::min(rest, kPatience));
    if (late > Duration{} && late == deadline) return OCELLI_ACCEL_TIMEOUT;
    for (Duration rest = std::max(Duration{}, deadline - late);; rest -= kPatience) {
      const Duration slice = std::min(rest, kPatience);
      const ocelli_accel_status status = api->wait(job, static_cast<std::uint64_t>(slice.count()), &result);
      if (status != OCELLI_ACCEL_TIMEOUT || rest <= kPatience || is_stopping()) return status;
    }
  }

  [[nodiscard]] bool is_stopping() const { return stop != nullptr && stop->load(); }

  [[nodiscard]] Duration injected() const {
#ifdef OCELLI_INJECTION
    if (injected_delay != nullptr) return injected_delay->load();
#endif
    return {};
  }

  Status compute(Duration deadline) {
    ocelli_accel_submit_info info{};
    info.size = sizeof info;
    ocelli_accel_job* job = nullptr;
    OCELLI_TRY(check(api->submit(open.model, &input_binding, 1, output_bindings.data(),
                                 static_cast<std::uint32_t>(output_bindings.size()), &info, &job)));
    recovery.note_accepted();
    ocelli_accel_result result{};
    result.size = sizeof result;
    const ocelli_accel_status waited = wait(job, deadline, result);
    is_late = waited == OCELLI_ACCEL_TIMEOUT && !is_stopping();
    Status status = waited == OCELLI_ACCEL_OK ? check(result.status) : ok();
    if (waited == OCELLI_ACCEL_OK && status) recovery.note_result();
    if (waited == OCELLI_ACCEL_TIMEOUT && !is_late)
      status = error(ErrorCode::kUnavailable, "{}: given up, the run ends", name);
    else if (is_late)
      status = error(ErrorCode::kTimeout, "{}: no result within {:.1f} ms: dropped", name, to_milliseconds(deadline));
    else if (waited != OCELLI_ACCEL_OK)
      status = check(waited);
    api->release(job);
    const bool has_times = waited == OCELLI_ACCEL_OK && result.started_ns > 0 && result.ended_ns >= result.started_ns;
    last_time = has_times ? Duration(static_cast<std::int64_t>(result.ended_ns - result.started_ns)) : Duration{};
    return status;
  }

  Status read() {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      OCELLI_ASSIGN(const std::span<float> data, begin(output_bindings[i], OCELLI_ACCEL_CPU_READS));
      outputs[i].data = data;
      // A sum of zero times each value is zero unless one of them is NaN or infinite: one pass without branches.
      float probe = 0.0F;
      for (const float value : data) probe += value * 0.0F;
      OCELLI_TRY(check(api->end_cpu(output_bindings[i].buffer)));
      if (probe != 0.0F)
        return error(ErrorCode::kCorrupt, "{}: output '{}' holds a value that is not a finite number", name,
                     outputs[i].name);
    }
    return ok();
  }
};

Network::Network(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::load(const std::string& name, std::vector<NetworkPart> parts,
                              const std::vector<std::int64_t>& dims, const AcceleratorConfig& config,
                              const std::atomic<bool>* stop) {
  struct Loading {
    std::unique_ptr<Handles> handles = std::make_unique<Handles>();
    std::vector<NetworkPart> parts;
    Status status;
  };
  const auto loading = std::make_shared<Loading>();
  loading->parts = std::move(parts);
  Handles& handles = *loading->handles;
  handles.name = fmt::format("model '{}' on '{}'", name, config.backend);
  handles.hang_after = config.hang_after;
  handles.stop = stop;
  if (dims.size() > OCELLI_ACCEL_DIMS || std::ranges::any_of(dims, [](std::int64_t dim) { return dim <= 0; }))
    return error(ErrorCode::kInvalidArgument, "{}: input {}: expected positive sizes", handles.name,
                 fmt::join(dims, "x"));
  OCELLI_ASSIGN(handles.api, find_backend(config.backend));
  handles.open.api = handles.api;
  const std::string shown = handles.name;  // the rest belongs to the errand until it has ended
  Errand errand([loading, dims, config] { loading->status = loading->handles->load(loading->parts, dims, config); });
  for (Duration rest = config.load_within; !errand.wait(std::min(rest, kPatience)); rest -= kPatience) {
    if (stop != nullptr && stop->load())
      return error(ErrorCode::kUnavailable, "{}: loading given up, the run ends", shown);
    if (rest <= kPatience)
      return error(ErrorCode::kTimeout,
                   "{}: not loaded and run once within {:.1f} s: given up (load_within; a model that needs so long "
                   "takes a greater one)",
                   shown, to_seconds(config.load_within));
  }
  OCELLI_TRY(std::move(loading->status));
  handles.recovery = Recovery(handles.shared, config.reset_after);
  return Network(std::move(loading->handles));
}

Result<std::span<float>> Network::begin_input() {
  OCELLI_TRY(handles_->check_device());
  return handles_->begin(handles_->input_binding, OCELLI_ACCEL_CPU_WRITES);
}

Status Network::run(Duration deadline) {
  OCELLI_TRY(handles_->check(handles_->api->end_cpu(handles_->open.input)));
  OCELLI_TRY(handles_->poison());
  OCELLI_TRY(handles_->compute(deadline));
  return handles_->read();
}

Status Network::run_to_the_end() {
  Status status = run(handles_->hang_after);
  if (!handles_->is_late) return status;
  handles_->recovery.note_hang(fmt::format("no result within {:.1f} s", to_seconds(handles_->hang_after)));
  return error(ErrorCode::kTimeout, "{}", handles_->check_device().error().message);
}

bool Network::has_hung() const { return handles_->recovery.has_hung(); }

void Network::inject_delay(const std::atomic<Duration>* delay) { handles_->injected_delay = delay; }

const std::vector<Tensor>& Network::outputs() const { return handles_->outputs; }
Duration Network::last_time() const { return handles_->last_time; }

ocelli_accel_health Network::health() const {
  ocelli_accel_health health{};
  health.size = sizeof health;
  (void)handles_->api->health(handles_->open.device, &health);
  return health;
}

}  // namespace ocelli::accel
