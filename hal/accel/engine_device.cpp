// The C ABI in front of an engine: handles, argument checks, sizes of structs.
#include <algorithm>
#include <cstring>

#include "ocelli/hal/accel/engine.hpp"
#include "ocelli/hal/accel/engine_worker.hpp"

using ocelli::accel::Engine;
using ocelli::accel::EngineBuffer;
using ocelli::accel::EngineJob;
using ocelli::accel::EngineStatus;
using ocelli::accel::EngineTensor;
using ocelli::accel::EngineWorker;
using ocelli::accel::LoadedModel;

struct ocelli_accel_device {
  const Engine* engine;
  std::string options;
  std::shared_ptr<EngineWorker> worker;
};
struct ocelli_accel_model {
  std::shared_ptr<EngineWorker> worker;
  std::shared_ptr<LoadedModel> loaded;
};
struct ocelli_accel_buffer {
  std::shared_ptr<EngineWorker> worker;
  std::shared_ptr<EngineBuffer> memory;
};
struct ocelli_accel_job {
  std::shared_ptr<EngineWorker> worker;
  std::shared_ptr<EngineJob> job;
};

namespace ocelli::accel {
namespace {

std::string& last_error() {
  thread_local std::string text;
  return text;
}

ocelli_accel_status failed(ocelli_accel_status code, std::string message) {
  last_error() = std::move(message);
  return code;
}
/// For calls of the table that may run out of memory themselves.
template <class Call>
ocelli_accel_status guarded_call(const Call& call) noexcept {
  ocelli_accel_status code = OCELLI_ACCEL_OK;
  EngineStatus thrown = guarded(OCELLI_ACCEL_DEVICE_LOST, [&] {
    code = call();
    return EngineStatus{};
  });
  if (thrown.is_ok()) return code;
  last_error() = std::move(thrown.message);
  return thrown.code;
}

ocelli_accel_status failed(EngineStatus status) { return failed(status.code, std::move(status.message)); }

/// Copies what both sides know of a struct that begins with its size.
template <class Struct>
void hand_out(const Struct& mine, Struct* theirs) {
  const std::uint32_t size = std::min<std::uint32_t>(theirs->size, sizeof(Struct));
  std::memcpy(reinterpret_cast<char*>(theirs) + sizeof(std::uint32_t),
              reinterpret_cast<const char*>(&mine) + sizeof(std::uint32_t), size - sizeof(std::uint32_t));
}

template <class Struct>
bool has_size(const Struct* given) {
  return given != nullptr && given->size > sizeof(std::uint32_t);
}

void copy_text(char* out, std::size_t room, std::string_view text) {
  const std::size_t length = std::min(room - 1, text.size());
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

void close_device(ocelli_accel_device* device) {
  if (device == nullptr) return;
  device->worker->stop();
  delete device;
}

/// Tensors of more sizes than the ABI can describe.
EngineStatus check_ranks(const EngineModel& engine) {
  for (const auto* tensors : {&engine.inputs(), &engine.outputs()})
    for (const EngineTensor& tensor : *tensors)
      if (tensor.dims.size() > OCELLI_ACCEL_DIMS)
        return {OCELLI_ACCEL_BAD_MODEL, "tensor '" + tensor.name + "' has the shape " + shape_of(tensor.dims) +
                                            ": expected at most " + std::to_string(OCELLI_ACCEL_DIMS) + " sizes"};
  return {};
}

/// A first run with zeros: what cannot be computed is found at the start, and the caches are warm.
EngineStatus rehearse(LoadedModel& loaded) {
  std::vector<std::vector<float>> zeros;
  for (const EngineTensor& tensor : loaded.engine->inputs()) zeros.emplace_back(tensor.count());
  for (const EngineTensor& tensor : loaded.engine->outputs()) loaded.scratch.emplace_back(tensor.count());
  const std::vector<std::span<const float>> inputs(zeros.begin(), zeros.end());
  const std::vector<std::span<float>> outputs(loaded.scratch.begin(), loaded.scratch.end());
  return loaded.engine->run(inputs, outputs);
}

ocelli_accel_status load(ocelli_accel_device* device, const ocelli_accel_model_source* given,
                         ocelli_accel_model** out) {
  if (device == nullptr || out == nullptr || !has_size(given) || (given->n_parts > 0 && given->parts == nullptr) ||
      given->n_dims > OCELLI_ACCEL_DIMS)
    return failed(OCELLI_ACCEL_BAD_ARGUMENT, "load: device, source with parts and out are needed");
  EngineSource source;
  source.options = device->options;
  source.dims.assign(given->dims, given->dims + given->n_dims);
  for (std::uint32_t i = 0; i < given->n_parts; ++i)
    source.parts.push_back(
        {given->parts[i].role, {static_cast<const std::byte*>(given->parts[i].data), given->parts[i].bytes}});
  auto loaded = std::make_shared<LoadedModel>();
  EngineStatus status = guarded(OCELLI_ACCEL_BAD_MODEL, [&] {
    EngineStatus made = device->engine->load(source, loaded->engine);
    if (made.is_ok()) made = check_ranks(*loaded->engine);
    return made.is_ok() ? rehearse(*loaded) : made;
  });
  if (!status.is_ok()) return failed(std::move(status));
  *out = new ocelli_accel_model{device->worker, std::move(loaded)};
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status model_info(ocelli_accel_model* model, ocelli_accel_model_info* info) {
  if (model == nullptr || !has_size(info)) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "model_info: no model or no size");
  ocelli_accel_model_info mine{};
  mine.n_inputs = static_cast<std::uint32_t>(model->loaded->engine->inputs().size());
  mine.n_outputs = static_cast<std::uint32_t>(model->loaded->engine->outputs().size());
  hand_out(mine, info);
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status tensor_info(ocelli_accel_model* model, int is_output, std::uint32_t index,
                                ocelli_accel_tensor_info* info) {
  if (model == nullptr || !has_size(info)) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "tensor_info: no model or no size");
  const auto& tensors = is_output != 0 ? model->loaded->engine->outputs() : model->loaded->engine->inputs();
  if (index >= tensors.size()) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "tensor_info: no tensor of that index");
  const EngineTensor& tensor = tensors[index];
  ocelli_accel_tensor_info mine{};
  mine.type = OCELLI_ACCEL_F32;
  mine.layout = tensor.dims.size() == 4 ? OCELLI_ACCEL_NCHW : OCELLI_ACCEL_ANY;
  mine.n_dims = static_cast<std::uint32_t>(tensor.dims.size());
  std::ranges::copy(tensor.dims, mine.dims);
  mine.bytes = tensor.count() * sizeof(float);
  mine.scale = 1.0F;
  copy_text(mine.name, sizeof mine.name, tensor.name);
  hand_out(mine, info);
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status alloc(ocelli_accel_device* device, std::uint64_t bytes, ocelli_accel_buffer** out) {
  if (device == nullptr || out == nullptr || bytes == 0)
    return failed(OCELLI_ACCEL_BAD_ARGUMENT, "alloc: device, bytes and out are needed");
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 34U;
  if (bytes > kMostBytes) return failed(OCELLI_ACCEL_NO_MEMORY, "alloc: more than 16 GiB");
  auto memory = std::make_shared<EngineBuffer>();
  memory->data.resize((bytes + sizeof(float) - 1) / sizeof(float));
  *out = new ocelli_accel_buffer{device->worker, std::move(memory)};
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status begin_cpu(ocelli_accel_buffer* buffer, std::uint32_t /*access*/, void** data) {
  if (buffer == nullptr || data == nullptr) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "begin_cpu: no buffer");
  if (buffer->worker->is_taken(*buffer->memory))
    return failed(OCELLI_ACCEL_BUSY, "a job that has not ended still uses the buffer");
  *data = buffer->memory->data.data();
  return OCELLI_ACCEL_OK;
}

std::span<float> span_of(const ocelli_accel_binding& binding) {
  const std::span<float> all = binding.buffer->memory->data;
  return all.subspan(binding.offset / sizeof(float), binding.bytes / sizeof(float));
}

bool fits(const ocelli_accel_binding& binding, const EngineTensor& tensor) {
  if (binding.buffer == nullptr || binding.bytes != tensor.count() * sizeof(float)) return false;
  const std::uint64_t room = binding.buffer->memory->data.size() * sizeof(float);
  return binding.offset % sizeof(float) == 0 && binding.bytes <= room && binding.offset <= room - binding.bytes;
}

ocelli_accel_status submit(ocelli_accel_model* model, const ocelli_accel_binding* inputs, std::uint32_t n_inputs,
                           const ocelli_accel_binding* outputs, std::uint32_t n_outputs,
                           const ocelli_accel_submit_info* info, ocelli_accel_job** out) {
  if (model == nullptr || out == nullptr || inputs == nullptr || outputs == nullptr)
    return failed(OCELLI_ACCEL_BAD_ARGUMENT, "submit: model, bindings and out are needed");
  const EngineModel& engine = *model->loaded->engine;
  bool is_right = n_inputs == engine.inputs().size() && n_outputs == engine.outputs().size();
  for (std::uint32_t i = 0; is_right && i < n_inputs; ++i) is_right = fits(inputs[i], engine.inputs()[i]);
  for (std::uint32_t i = 0; is_right && i < n_outputs; ++i) is_right = fits(outputs[i], engine.outputs()[i]);
  if (!is_right)
    return failed(OCELLI_ACCEL_BAD_ARGUMENT, "submit: number or sizes of the bindings do not fit the model");
  auto job = std::make_shared<EngineJob>();
  job->model = model->loaded;
  job->result.tag = has_size(info) ? info->tag : 0;
  for (std::uint32_t i = 0; i < n_inputs; ++i) {
    job->buffers.push_back(inputs[i].buffer->memory);
    job->inputs.emplace_back(span_of(inputs[i]));
  }
  for (std::uint32_t i = 0; i < n_outputs; ++i) {
    job->buffers.push_back(outputs[i].buffer->memory);
    job->outputs.push_back(span_of(outputs[i]));
  }
  if (!model->worker->submit(job)) return failed(OCELLI_ACCEL_BUSY, "an earlier job has not ended");
  *out = new ocelli_accel_job{model->worker, std::move(job)};
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status wait(ocelli_accel_job* handle, std::uint64_t timeout_ns, ocelli_accel_result* result) {
  if (handle == nullptr || !has_size(result)) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "wait: no job or no size");
  const bool is_over = handle->worker->wait(*handle->job, timeout_ns);
  const EngineStatus status = handle->worker->status_of(*handle->job, *result);
  if (!is_over) return failed(OCELLI_ACCEL_TIMEOUT, "the job has not ended in time");
  if (!status.is_ok()) last_error() = status.message;
  return OCELLI_ACCEL_OK;
}

void release(ocelli_accel_job* handle) {
  if (handle == nullptr) return;
  handle->worker->abort(*handle->job);
  delete handle;
}

ocelli_accel_status job_fd(ocelli_accel_job* handle, int* fd) {
  if (handle == nullptr || fd == nullptr) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "job_fd: no job");
  *fd = handle->worker->event_of(*handle->job);
  return *fd >= 0 ? OCELLI_ACCEL_OK : failed(OCELLI_ACCEL_IO, "job_fd: no descriptor left");
}

ocelli_accel_status abort_job(ocelli_accel_job* handle) {
  if (handle == nullptr) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "abort: no job");
  handle->worker->abort(*handle->job);
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status health(ocelli_accel_device* device, ocelli_accel_health* out) {
  if (device == nullptr || !has_size(out)) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "health: no device or no size");
  ocelli_accel_health mine{};
  device->worker->fill(mine);
  hand_out(mine, out);
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status reset(ocelli_accel_device* device, std::uint64_t timeout_ns) {
  if (device == nullptr) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "reset: no device");
  return device->worker->reset(timeout_ns) ? OCELLI_ACCEL_OK
                                           : failed(OCELLI_ACCEL_HANG, "the device did not come to rest in time");
}

ocelli_accel_status enumerate(const Engine& engine, std::uint32_t* count, ocelli_accel_device_info* infos) {
  if (count == nullptr) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "enumerate: no count");
  ocelli_accel_device_info mine{};
  std::string version;
  EngineStatus status = engine.probe({}, version);
  if (!status.is_ok()) {
    *count = 0;
    return failed(std::move(status));
  }
  mine.capabilities = engine.capabilities;
  mine.max_jobs = 1;
  mine.alignment = alignof(float);
  copy_text(mine.name, sizeof mine.name, engine.name);
  copy_text(mine.version, sizeof mine.version, version);
  if (*count > 0 && has_size(infos)) hand_out(mine, infos);
  *count = 1;
  return OCELLI_ACCEL_OK;
}

ocelli_accel_status open(const Engine& engine, std::uint32_t index, const char* options, ocelli_accel_device** out) {
  if (out == nullptr || index != 0) return failed(OCELLI_ACCEL_BAD_ARGUMENT, "open: no device of that index");
  const std::string text = options == nullptr ? "" : options;
  std::string version;
  if (EngineStatus status = engine.probe(text, version); !status.is_ok()) return failed(std::move(status));
  *out = new ocelli_accel_device{&engine, text, EngineWorker::start()};
  return OCELLI_ACCEL_OK;
}

}  // namespace

std::string shape_of(const std::vector<std::int64_t>& dims) {
  std::string text;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : "x") + (dim < 0 ? "?" : std::to_string(dim));
  return text;
}

std::size_t EngineTensor::count() const {
  std::size_t product = 1;
  for (const std::int64_t dim : dims) product *= static_cast<std::size_t>(std::max<std::int64_t>(dim, 0));
  return product;
}

const EnginePart* EngineSource::part(std::string_view role) const {
  const auto found = std::ranges::find(parts, role, &EnginePart::role);
  return found == parts.end() ? nullptr : &*found;
}

std::string EngineSource::option(std::string_view key, std::string_view otherwise) const {
  std::string_view rest = options;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos && pair.substr(0, equals) == key)
      return std::string(pair.substr(equals + 1));
  }
  return std::string(otherwise);
}

ocelli_accel_status enumerate_engine(const Engine& engine, std::uint32_t* count, ocelli_accel_device_info* infos) {
  return guarded_call([&] { return enumerate(engine, count, infos); });
}

ocelli_accel_status open_engine(const Engine& engine, std::uint32_t index, const char* options,
                                ocelli_accel_device** out) {
  return guarded_call([&] { return open(engine, index, options, out); });
}

ocelli_accel_api engine_functions() {
  ocelli_accel_api api{};
  api.size = sizeof api;
  api.abi = OCELLI_ACCEL_ABI;
  api.close = &close_device;
  api.last_error = [] { return last_error().c_str(); };
  api.load = [](auto... args) { return guarded_call([&] { return load(args...); }); };
  api.unload = [](ocelli_accel_model* model) { delete model; };
  api.model_info = &model_info;
  api.tensor_info = &tensor_info;
  api.alloc = [](auto... args) { return guarded_call([&] { return alloc(args...); }); };
  api.import_fd = nullptr;
  api.free_buffer = [](ocelli_accel_buffer* buffer) { delete buffer; };
  api.begin_cpu = &begin_cpu;
  api.end_cpu = [](ocelli_accel_buffer*) -> ocelli_accel_status { return OCELLI_ACCEL_OK; };
  api.submit = [](auto... args) { return guarded_call([&] { return submit(args...); }); };
  api.job_fd = [](auto... args) { return guarded_call([&] { return job_fd(args...); }); };
  api.wait = [](auto... args) { return guarded_call([&] { return wait(args...); }); };
  api.abort = &abort_job;
  api.release = &release;
  api.health = &health;
  api.reset = [](auto... args) { return guarded_call([&] { return reset(args...); }); };
  return api;
}

}  // namespace ocelli::accel
