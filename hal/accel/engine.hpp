#pragma once
// A back end that computes with a blocking call (a CPU library) writes an Engine; this file makes the C ABI of it: one
// worker thread per device, one job at a time, bounded waits, aborts after which nothing is written, buffers that stay
// taken while a job may still read them. Must not know: any particular library.

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocelli/hal/accel/ocelli_accel.h"

namespace ocelli::accel {

/// A status of the ABI with its sentence for people.
struct EngineStatus {
  ocelli_accel_status code = OCELLI_ACCEL_OK;
  std::string message;
  [[nodiscard]] bool is_ok() const { return code == OCELLI_ACCEL_OK; }
};

/// "1x3x192x320"; a size below 0 is one that the model leaves open: "?".
[[nodiscard]] std::string shape_of(const std::vector<std::int64_t>& dims);

/// A packed float tensor.
struct EngineTensor {
  std::string name;
  std::vector<std::int64_t> dims;
  [[nodiscard]] std::size_t count() const;
};

struct EnginePart {
  std::string_view role;
  std::span<const std::byte> data;
};

struct EngineSource {
  std::vector<EnginePart> parts;
  std::vector<std::int64_t> dims;  // of the first input
  std::string_view options;        // of the device
  /// "1x3x192x320"
  [[nodiscard]] std::string shape() const { return shape_of(dims); }
  /// Null when the model has no such part.
  [[nodiscard]] const EnginePart* part(std::string_view role) const;
  /// The value of "key=value;key=value", or `otherwise`.
  [[nodiscard]] std::string option(std::string_view key, std::string_view otherwise) const;
};

/// A loaded model. Used by one thread at a time, except cancel().
class EngineModel {
 public:
  virtual ~EngineModel() = default;
  [[nodiscard]] virtual const std::vector<EngineTensor>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<EngineTensor>& outputs() const = 0;
  /// Computes; blocks as long as it takes. What it throws becomes a status.
  virtual EngineStatus run(std::span<const std::span<const float>> inputs,
                           std::span<const std::span<float>> outputs) = 0;
  /// From another thread: run() may end early.
  virtual void cancel() {}
};

/// No exception crosses the C ABI: what a library throws becomes a status, `otherwise` where it does not say which.
template <class Call>
EngineStatus guarded(ocelli_accel_status otherwise, const Call& call) noexcept {
  const auto told = [otherwise](const char* text) noexcept -> EngineStatus {
    try {
      return {otherwise, text};
    } catch (...) {
      return {OCELLI_ACCEL_NO_MEMORY, {}};
    }
  };
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return {OCELLI_ACCEL_NO_MEMORY, {}};
  } catch (const std::exception& problem) {
    return told(problem.what());
  } catch (...) {
    return told("unknown exception");
  }
}

struct Engine {
  std::string_view name;
  std::uint32_t capabilities;
  /// Version of the library; a failure when the engine cannot be used here.
  EngineStatus (*probe)(std::string_view options, std::string& version);
  EngineStatus (*load)(const EngineSource& source, std::unique_ptr<EngineModel>& out);
};

/// Everything of the table but enumerate and open.
[[nodiscard]] ocelli_accel_api engine_functions();
ocelli_accel_status enumerate_engine(const Engine& engine, std::uint32_t* count, ocelli_accel_device_info* infos);
ocelli_accel_status open_engine(const Engine& engine, std::uint32_t index, const char* options,
                                ocelli_accel_device** out);

/// The ABI table of an engine.
template <const Engine& kEngine>
const ocelli_accel_api* engine_api() {
  static const ocelli_accel_api table = [] {
    ocelli_accel_api api = engine_functions();
    api.enumerate = [](std::uint32_t* count, ocelli_accel_device_info* infos) {
      return enumerate_engine(kEngine, count, infos);
    };
    api.open = [](std::uint32_t index, const char* options, ocelli_accel_device** out) {
      return open_engine(kEngine, index, options, out);
    };
    return api;
  }();
  return &table;
}

}  // namespace ocelli::accel
