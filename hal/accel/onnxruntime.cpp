// Back end "onnxruntime": ONNX Runtime on the CPU, found at run time; nothing of it is needed to build. Reads ONNX. An
// abort ends the computation before its next operator.
#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "ocelli/hal/accel/backends.hpp"
#include "ocelli/hal/accel/engine.hpp"
#include "ocelli/hal/accel/flush_denormals.hpp"
#include "ocelli/hal/accel/onnx_input.hpp"
#include "ocelli/hal/accel/onnxruntime_abi.hpp"

namespace ocelli::accel {
namespace {

#if defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
constexpr const char* kArchitecture = "x64";
#endif

/// Node's folder of packages beside this program and in the folders above it, as far as a build tree's project: never
/// that of whatever folder the program was started in.
std::vector<std::string> package_roots() {
  constexpr int kUpwards = 3;  // PROJECT/build/bin/ocelli
  std::vector<std::string> roots;
  std::error_code failure;
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
  for (int i = 0; i < kUpwards && !failure && folder.has_relative_path(); ++i, folder = folder.parent_path())
    roots.push_back((folder / "node_modules").string());
  roots.insert(roots.end(), {"/usr/local/lib/node_modules", "/usr/lib/node_modules", "/usr/share/nodejs"});
  return roots;
}

/// Where the library may be: as told, the system's, npm's package onnxruntime-node.
std::vector<std::string> candidates(std::string_view told) {
  if (!told.empty()) return {std::string(told)};
  if (const char* set = std::getenv("OCELLI_ONNXRUNTIME"); set != nullptr && *set != '\0') return {set};
  std::vector<std::string> all = {"libonnxruntime.so.1", "libonnxruntime.so"};
  for (const std::string& root : package_roots())
    for (const char* napi : {"napi-v6", "napi-v3"})
      all.push_back(root + "/onnxruntime-node/bin/" + napi + "/linux/" + kArchitecture + "/libonnxruntime.so.1");
  return all;
}

struct Library {
  const void* const* api = nullptr;
  std::string version;
  std::string problem;
};

Library open_library(std::string_view told) {
  Library library;
  for (const std::string& path : candidates(told)) {
    std::error_code ignored;
    if (path.find('/') != std::string::npos && !std::filesystem::exists(path, ignored)) continue;
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays: its threads and statics outlive us
    if (handle == nullptr) continue;
    const auto get_base = reinterpret_cast<const ort::ApiBase* (*)()>(::dlsym(handle, "OrtGetApiBase"));
    if (get_base == nullptr) {
      library.problem = path + " has no OrtGetApiBase";
      continue;
    }
    library.api = get_base()->get_api(ort::kApiVersion);
    library.version = get_base()->get_version();
    if (library.api != nullptr) return library;
    library.problem = path + " (" + library.version + ") does not serve version 11 of its API";
  }
  if (library.problem.empty())
    library.problem = "libonnxruntime.so not found: install it, or npm's onnxruntime-node, or set OCELLI_ONNXRUNTIME";
  return library;
}

/// The one found by itself is looked for once.
Library library_of(std::string_view told) {
  if (!told.empty()) return open_library(told);
  static const Library found = open_library({});
  return found;
}

class OrtModel final : public EngineModel {
 public:
  explicit OrtModel(const void* const* api) : api_(api) {}
  OrtModel(const OrtModel&) = delete;
  OrtModel& operator=(const OrtModel&) = delete;
  ~OrtModel() override {
    ort::release(api_, ort::kReleaseRunOptions, run_options_);
    ort::release(api_, ort::kReleaseMemoryInfo, memory_);
    ort::release(api_, ort::kReleaseSession, session_);
  }

  static EngineStatus load(const EngineSource& source, std::unique_ptr<EngineModel>& out) {
    const EnginePart* onnx = source.part("onnx");
    if (onnx == nullptr) return {OCELLI_ACCEL_UNSUPPORTED, "onnxruntime: expected a part onnx"};
    if (source.dims.empty()) return {OCELLI_ACCEL_BAD_ARGUMENT, "onnxruntime: the shape of the input must be given"};
    const Library library = library_of(source.option("library", ""));
    if (library.api == nullptr) return {OCELLI_ACCEL_DEVICE_LOST, "onnxruntime: " + library.problem};
    auto model = std::make_unique<OrtModel>(library.api);
    const int threads = std::max(1, std::atoi(source.option("threads", "1").c_str()));
    if (EngineStatus status = model->open(*onnx, threads); !status.is_ok()) return status;
    if (EngineStatus status = model->describe_input(source.dims); !status.is_ok()) return status;
    if (EngineStatus status = model->describe_outputs(); !status.is_ok()) return status;
    out = std::move(model);
    return {};
  }

  const std::vector<EngineTensor>& inputs() const override { return inputs_; }
  const std::vector<EngineTensor>& outputs() const override { return outputs_; }

  EngineStatus run(std::span<const std::span<const float>> inputs, std::span<const std::span<float>> outputs) override {
    Values values(api_, 1 + outputs.size());
    if (auto status = make_value(inputs[0], inputs_[0].dims, values.all[0]); !status.is_ok()) return status;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (auto status = make_value(outputs[i], outputs_[i].dims, values.all[i + 1]); !status.is_ok()) return status;
    return run_session(values.all.data(), values.all.data() + 1);
  }

  void cancel() override { (void)check(ort::call(api_, ort::kRunOptionsSetTerminate, run_options_)); }

 private:
  struct Values {
    Values(const void* const* table, std::size_t count) : api(table), all(count, nullptr) {}
    Values(const Values&) = delete;
    Values& operator=(const Values&) = delete;
    ~Values() {
      for (ort::Handle* value : all) ort::release(api, ort::kReleaseValue, value);
    }
    const void* const* api;
    std::vector<ort::Handle*> all;
  };

  EngineStatus check(ort::Status* status, ocelli_accel_status code = OCELLI_ACCEL_BAD_MODEL) const {
    if (status == nullptr) return {};
    const auto get_text =
        reinterpret_cast<const char* (*)(const ort::Status*)>(const_cast<void*>(api_[ort::kGetErrorMessage]));
    EngineStatus failure{code, std::string("onnxruntime: ") + get_text(status)};
    ort::release(api_, ort::kReleaseStatus, status);
    return failure;
  }

  /// The environment lives as long as the process, as the library wants it.
  EngineStatus environment(ort::Handle*& env) const {
    struct Made {
      ort::Handle* env = nullptr;
      EngineStatus status;
    };
    static const Made made = [this] {
      Made first;
      first.status = check(ort::call(api_, ort::kCreateEnv, ort::kErrorsOnly, "ocelli", &first.env));
      return first;
    }();
    env = made.env;
    return made.status;
  }

  EngineStatus open(const EnginePart& onnx, int threads) {
    ort::Handle* env = nullptr;
    if (auto status = environment(env); !status.is_ok()) return status;
    ort::Handle* options = nullptr;
    auto status = check(ort::call(api_, ort::kCreateSessionOptions, &options));
    if (status.is_ok()) status = check(ort::call(api_, ort::kSetIntraOpNumThreads, options, threads));
    if (status.is_ok()) status = check(ort::call(api_, ort::kSetInterOpNumThreads, options, 1));
    if (status.is_ok())  // for the threads of the library's own; the one that calls run() sees to itself
      status = check(ort::call(api_, ort::kAddSessionConfigEntry, options, "session.set_denormal_as_zero", "1"));
    if (status.is_ok())
      status = check(ort::call(api_, ort::kCreateSessionFromArray, env, static_cast<const void*>(onnx.data.data()),
                               onnx.data.size(), options, &session_));
    ort::release(api_, ort::kReleaseSessionOptions, options);
    if (status.is_ok()) status = check(ort::call(api_, ort::kCreateRunOptions, &run_options_));
    if (status.is_ok())
      status = check(ort::call(api_, ort::kCreateCpuMemoryInfo, ort::kArenaAllocator, ort::kDefaultMemory, &memory_));
    return status;
  }

  EngineStatus read_shape(ort::Handle* info, EngineTensor& tensor) const {
    int type = 0;
    std::size_t rank = 0;
    auto status = check(ort::call(api_, ort::kGetTensorElementType, info, &type));
    if (status.is_ok() && type != ort::kFloat)
      return {OCELLI_ACCEL_UNSUPPORTED, "onnxruntime: tensor '" + tensor.name + "' is not of type float"};
    if (status.is_ok()) status = check(ort::call(api_, ort::kGetDimensionsCount, info, &rank));
    tensor.dims.resize(rank);
    if (status.is_ok()) status = check(ort::call(api_, ort::kGetDimensions, info, tensor.dims.data(), rank));
    return status;
  }

  EngineStatus read_name(ort::Slot slot, std::size_t index, std::string& out) const {
    ort::Handle* allocator = nullptr;  // belongs to the library
    char* text = nullptr;
    auto status = check(ort::call(api_, ort::kGetAllocatorWithDefaultOptions, &allocator));
    if (status.is_ok()) status = check(ort::call(api_, slot, session_, index, allocator, &text));
    if (!status.is_ok()) return status;
    out = text;
    return check(ort::call(api_, ort::kAllocatorFree, allocator, static_cast<void*>(text)));
  }

  EngineStatus describe_input(const std::vector<std::int64_t>& wanted) {
    std::size_t count = 0;
    auto status = check(ort::call(api_, ort::kSessionGetInputCount, session_, &count));
    if (status.is_ok() && count != 1) return {OCELLI_ACCEL_UNSUPPORTED, "onnxruntime: expected one input"};
    EngineTensor input;
    if (status.is_ok()) status = read_name(ort::kSessionGetInputName, 0, input.name);
    ort::Handle* type = nullptr;
    ort::Handle* shape = nullptr;  // belongs to the type
    if (status.is_ok()) status = check(ort::call(api_, ort::kSessionGetInputTypeInfo, session_, std::size_t{0}, &type));
    if (status.is_ok()) status = check(ort::call(api_, ort::kCastTypeInfoToTensorInfo, type, &shape));
    if (status.is_ok()) status = read_shape(shape, input);
    ort::release(api_, ort::kReleaseTypeInfo, type);
    if (!status.is_ok()) return status;
    if (!fits_input(input, wanted)) return {OCELLI_ACCEL_BAD_MODEL, "onnxruntime: " + input_mistake(input, wanted)};
    input.dims = wanted;
    inputs_.push_back(std::move(input));
    return {};
  }

  /// The shapes of a first run hold for all: they may depend on the input's shape only.
  EngineStatus describe_outputs() {
    std::size_t count = 0;
    if (auto status = check(ort::call(api_, ort::kSessionGetOutputCount, session_, &count)); !status.is_ok())
      return status;
    for (std::size_t i = 0; i < count; ++i)
      if (auto status = read_name(ort::kSessionGetOutputName, i, outputs_.emplace_back().name); !status.is_ok())
        return status;
    const std::vector<float> zeros(inputs_[0].count());
    Values values(api_, 1 + count);
    auto status = make_value(zeros, inputs_[0].dims, values.all[0]);
    if (status.is_ok()) status = run_session(values.all.data(), values.all.data() + 1);
    for (std::size_t i = 0; status.is_ok() && i < count; ++i) {
      ort::Handle* shape = nullptr;
      status = check(ort::call(api_, ort::kGetTensorTypeAndShape, values.all[i + 1], &shape));
      if (status.is_ok()) status = read_shape(shape, outputs_[i]);
      ort::release(api_, ort::kReleaseTensorTypeAndShapeInfo, shape);
    }
    return status;
  }

  /// A tensor over memory of ours; the library does not write into its inputs.
  EngineStatus make_value(std::span<const float> data, const std::vector<std::int64_t>& dims, ort::Handle*& out) const {
    void* memory = const_cast<float*>(data.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    return check(ort::call(api_, ort::kCreateTensorWithDataAsOrtValue, memory_, memory, data.size_bytes(), dims.data(),
                           dims.size(), ort::kFloat, &out));
  }

  EngineStatus run_session(ort::Handle** input, ort::Handle** outputs) const {
    (void)check(ort::call(api_, ort::kRunOptionsUnsetTerminate, run_options_));
    std::vector<const char*> names;
    for (const EngineTensor& tensor : outputs_) names.push_back(tensor.name.c_str());
    const char* const input_name = inputs_[0].name.c_str();
    const FlushDenormals flush;
    return check(ort::call(api_, ort::kRun, session_, run_options_, &input_name, input, std::size_t{1}, names.data(),
                           names.size(), outputs),
                 OCELLI_ACCEL_DEVICE_LOST);
  }

  const void* const* api_;
  ort::Handle* session_ = nullptr;
  ort::Handle* run_options_ = nullptr;
  ort::Handle* memory_ = nullptr;
  std::vector<EngineTensor> inputs_;
  std::vector<EngineTensor> outputs_;
};

constexpr Engine kEngine{"onnxruntime", OCELLI_ACCEL_CAN_ABORT,
                         [](std::string_view options, std::string& version) {
                           EngineSource source;
                           source.options = options;
                           const Library library = library_of(source.option("library", ""));
                           version = library.version;
                           return library.api != nullptr
                                      ? EngineStatus{}
                                      : EngineStatus{OCELLI_ACCEL_DEVICE_LOST, "onnxruntime: " + library.problem};
                         },
                         &OrtModel::load};

}  // namespace

const ocelli_accel_api* onnxruntime_api() { return engine_api<kEngine>(); }

}  // namespace ocelli::accel
