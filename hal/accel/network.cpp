#include "ocelli/hal/accel/network.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "ocelli/hal/accel/backends.hpp"

namespace ocelli::accel {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(100);  // between two looks whether the run ends
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

}  // namespace

Error error_of(ocelli_accel_status status, std::string_view text) {
  const auto* found = std::ranges::find(kMeanings, status, &Meaning::status);
  if (found == std::end(kMeanings)) return {ErrorCode::kInternal, fmt::format("status {}: {}", status, text)};
  return {found->code, fmt::format("{}{}{}", found->text, text.empty() ? "" : ": ", text)};
}

struct Network::Handles {
  std::string name;
  const ocelli_accel_api* api = nullptr;
  ocelli_accel_device* device = nullptr;
  ocelli_accel_model* model = nullptr;
  ocelli_accel_buffer* input = nullptr;
  std::vector<ocelli_accel_buffer*> output_buffers;
  ocelli_accel_binding input_binding{};
  std::vector<ocelli_accel_binding> output_bindings;
  std::vector<Tensor> outputs;
  Duration last_time{};
  const std::atomic<Duration>* injected_delay = nullptr;
  const std::atomic<bool>* stop = nullptr;
  Duration hang_after{};
  bool has_hung = false;
  bool is_late = false;  // the last computation: its wait ended without a result

  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    if (api == nullptr) return;
    for (ocelli_accel_buffer* buffer : output_buffers) api->free_buffer(buffer);
    if (input != nullptr) api->free_buffer(input);
    if (model != nullptr) api->unload(model);
    if (device != nullptr) api->close(device);
  }

  Status check(ocelli_accel_status status) const {
    if (status == OCELLI_ACCEL_OK) return ok();
    const char* text = api->last_error();
    return error(error_of(status, text == nullptr ? "" : text).within(name));
  }

  Result<Tensor> describe(bool is_output, std::uint32_t index) const {
    ocelli_accel_tensor_info info{};
    info.size = sizeof info;
    OCELLI_TRY(check(api->tensor_info(model, is_output ? 1 : 0, index, &info)));
    if (info.n_dims > OCELLI_ACCEL_DIMS)
      return error(ErrorCode::kCorrupt, "{}: tensor {} of {} sizes: expected at most {}", name, index, info.n_dims,
                   OCELLI_ACCEL_DIMS);
    if (info.type != OCELLI_ACCEL_F32 ||
        std::any_of(info.strides, info.strides + info.n_dims, [](auto s) { return s != 0; }))
      return error(ErrorCode::kUnsupported, "{}: tensor '{}' is not packed float", name, info.name);
    return Tensor{info.name, {info.dims, info.dims + info.n_dims}, {}};
  }

  Result<ocelli_accel_binding> allocate(const Tensor& tensor, ocelli_accel_buffer*& buffer) const {
    std::uint64_t bytes = sizeof(float);
    for (const std::int64_t dim : tensor.dims) bytes *= static_cast<std::uint64_t>(dim);
    OCELLI_TRY(check(api->alloc(device, bytes, &buffer)));
    return ocelli_accel_binding{buffer, 0, bytes};
  }

  Status open(const std::vector<NetworkPart>& parts, const std::vector<std::int64_t>& dims,
              const AcceleratorConfig& config) {
    const std::string options = fmt::format("threads={};{}", config.threads, config.options);
    OCELLI_TRY(check(api->open(0, options.c_str(), &device)));
    std::vector<ocelli_accel_part> list;
    for (const NetworkPart& part : parts) list.push_back({part.role.c_str(), part.data.data(), part.data.size()});
    ocelli_accel_model_source source{};
    source.size = sizeof source;
    source.parts = list.data();
    source.n_parts = static_cast<std::uint32_t>(list.size());
    source.n_dims = static_cast<std::uint32_t>(dims.size());
    std::ranges::copy(dims, source.dims);
    return check(api->load(device, &source, &model));
  }

  Status bind(const std::vector<std::int64_t>& dims) {
    ocelli_accel_model_info info{};
    info.size = sizeof info;
    OCELLI_TRY(check(api->model_info(model, &info)));
    if (info.n_inputs != 1)
      return error(ErrorCode::kUnsupported, "{}: the model has {} inputs: expected 1", name, info.n_inputs);
    OCELLI_ASSIGN(const Tensor given, describe(false, 0));
    if (given.dims != dims)
      return error(ErrorCode::kCorrupt, "{}: the model's input is {}: expected {}", name, fmt::join(given.dims, "x"),
                   fmt::join(dims, "x"));
    OCELLI_ASSIGN(input_binding, allocate(given, input));
    for (std::uint32_t i = 0; i < info.n_outputs; ++i) {
      OCELLI_ASSIGN(outputs.emplace_back(), describe(true, i));
      OCELLI_ASSIGN(output_bindings.emplace_back(), allocate(outputs.back(), output_buffers.emplace_back()));
    }
    return ok();
  }

  Result<std::span<float>> begin(const ocelli_accel_binding& binding, std::uint32_t access) const {
    void* data = nullptr;
    OCELLI_TRY(check(api->begin_cpu(binding.buffer, access, &data)));
    return std::span(static_cast<float*>(data), binding.bytes / sizeof(float));
  }

  /// What is not overwritten shows.
  Status poison() const {
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
    OCELLI_TRY(check(api->submit(model, &input_binding, 1, output_bindings.data(),
                                 static_cast<std::uint32_t>(output_bindings.size()), &info, &job)));
    ocelli_accel_result result{};
    result.size = sizeof result;
    const ocelli_accel_status waited = wait(job, deadline, result);
    is_late = waited == OCELLI_ACCEL_TIMEOUT && !is_stopping();
    Status status = waited == OCELLI_ACCEL_OK ? check(result.status) : ok();
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

Result<Network> Network::load(const std::string& name, const std::vector<NetworkPart>& parts,
                              const std::vector<std::int64_t>& dims, const AcceleratorConfig& config) {
  auto handles = std::make_unique<Handles>();
  handles->name = fmt::format("model '{}' on '{}'", name, config.backend);
  handles->hang_after = config.hang_after;
  if (dims.size() > OCELLI_ACCEL_DIMS || std::ranges::any_of(dims, [](std::int64_t dim) { return dim <= 0; }))
    return error(ErrorCode::kInvalidArgument, "{}: input {}: expected positive sizes", handles->name,
                 fmt::join(dims, "x"));
  OCELLI_ASSIGN(handles->api, find_backend(config.backend));
  OCELLI_TRY(handles->open(parts, dims, config));
  OCELLI_TRY(handles->bind(dims));
  return Network(std::move(handles));
}

Result<std::span<float>> Network::begin_input() {
  if (handles_->has_hung)
    return error(ErrorCode::kUnavailable, "{}: given up after it hung for {:.1f} s", handles_->name,
                 to_seconds(handles_->hang_after));
  return handles_->begin(handles_->input_binding, OCELLI_ACCEL_CPU_WRITES);
}

Status Network::run(Duration deadline) {
  OCELLI_TRY(handles_->check(handles_->api->end_cpu(handles_->input)));
  OCELLI_TRY(handles_->poison());
  OCELLI_TRY(handles_->compute(deadline));
  return handles_->read();
}

Status Network::run_to_the_end() {
  Status status = run(handles_->hang_after);
  handles_->has_hung = handles_->is_late;
  return status;
}

void Network::stop_with(const std::atomic<bool>* stop) { handles_->stop = stop; }
void Network::inject_delay(const std::atomic<Duration>* delay) { handles_->injected_delay = delay; }

const std::vector<Tensor>& Network::outputs() const { return handles_->outputs; }
Duration Network::last_time() const { return handles_->last_time; }

ocelli_accel_health Network::health() const {
  ocelli_accel_health health{};
  health.size = sizeof health;
  (void)handles_->api->health(handles_->device, &health);
  return health;
}

}  // namespace ocelli::accel
