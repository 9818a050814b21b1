#include "ocelli/hal/accel/backends.hpp"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "ocelli/hal/accel/network.hpp"
#include "ocelli/middleware/config/yaml.hpp"

namespace ocelli::accel {

const ocelli_accel_api* fault_api();
const ocelli_accel_api* hog_api();
const ocelli_accel_api* markings_api();
const ocelli_accel_api* onnxruntime_api();
const ocelli_accel_api* opencv_api();

namespace {

constexpr auto kBackends = std::to_array<BackendRow>({
    {"opencv", "OpenCV's network library on the CPU: ONNX, Darknet", &opencv_api},
    {"onnxruntime", "ONNX Runtime on the CPU, loaded at run time: ONNX", &onnxruntime_api},
    {"hog", "OpenCV's detector of standing people: needs no model", &hog_api},
    {"markings", "bright stripes on a road: needs no model", &markings_api},
    {"fault", "hangs, fails and lies on purpose, for tests", &fault_api},
});

Result<const ocelli_accel_api*> open_library(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // for the life of the process
  if (handle == nullptr) return error(ErrorCode::kNotFound, "accelerator '{}': {}", path, ::dlerror());
  const auto get_api = reinterpret_cast<decltype(&ocelli_accel_get_api)>(::dlsym(handle, "ocelli_accel_get_api"));
  if (get_api == nullptr)
    return error(ErrorCode::kUnsupported, "accelerator '{}': exports no ocelli_accel_get_api", path);
  const ocelli_accel_api* api = get_api(OCELLI_ACCEL_ABI);
  if (api == nullptr)
    return error(ErrorCode::kUnsupported, "accelerator '{}': does not serve version {} of the ABI", path,
                 OCELLI_ACCEL_ABI);
  if (api->abi != OCELLI_ACCEL_ABI)  // what follows it may be another table
    return error(ErrorCode::kUnsupported, "accelerator '{}': a table of version {}: expected version {}", path,
                 api->abi, OCELLI_ACCEL_ABI);
  if (api->size < sizeof(ocelli_accel_api))
    return error(ErrorCode::kUnsupported, "accelerator '{}': a table of {} bytes: expected at least {}", path,
                 api->size, sizeof(ocelli_accel_api));
  const bool is_whole = api->enumerate && api->open && api->close && api->last_error && api->load && api->unload &&
                        api->model_info && api->tensor_info && api->alloc && api->free_buffer && api->begin_cpu &&
                        api->end_cpu && api->submit && api->job_fd && api->wait && api->abort && api->release &&
                        api->health && api->reset;  // import_fd may be missing
  if (!is_whole)
    return error(ErrorCode::kUnsupported,
                 "accelerator '{}': a table with functions missing: expected all of them but import_fd", path);
  return api;
}

}  // namespace

std::span<const BackendRow> backends() { return kBackends; }

Status check_backend_name(const std::string& name) {
  std::vector<std::string> names = {std::string(kAutoBackend)};
  for (const BackendRow& row : kBackends) names.emplace_back(row.name);
  if (name.find('/') != std::string::npos || std::ranges::find(names, name) != names.end()) return ok();
  return error(ErrorCode::kNotFound, "{} (known: {}, or the path of a library with a '/')",
               unknown_name("accelerator", name, names), fmt::join(names, ", "));
}

Result<const ocelli_accel_api*> find_backend(const std::string& name) {
  if (name.find('/') != std::string::npos) return open_library(name);
  const auto row = std::ranges::find(kBackends, name, &BackendRow::name);
  if (row != kBackends.end()) return row->api();
  OCELLI_TRY(check_backend_name(name));
  return error(ErrorCode::kInvalidArgument, "accelerator '{}': which one it means depends on the model", name);
}

Result<std::string> version_of(const BackendRow& backend) {
  const ocelli_accel_api* api = backend.api();
  ocelli_accel_device_info info{};
  info.size = sizeof info;
  std::uint32_t count = 1;
  if (api->enumerate(&count, &info) != OCELLI_ACCEL_OK || count == 0)
    return error(ErrorCode::kUnavailable, "{}", api->last_error());
  return std::string(info.version);
}

}  // namespace ocelli::accel
