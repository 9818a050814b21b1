#pragma once
// The part of ONNX Runtime's C API that the back end uses. Its table of functions only ever grows at the end, so a slot
// number is a promise; the numbers are those of version 11 and hold for every later one. No header of it is needed.
// Must not know: our tensors.

#include <cstddef>
#include <cstdint>

namespace ocelli::accel::ort {

inline constexpr std::uint32_t kApiVersion = 11;

struct ApiBase {
  const void* const* (*get_api)(std::uint32_t version);  // null when it cannot serve that version
  const char* (*get_version)();
};

// Every handle is opaque; a null status means success.
using Handle = void;
using Status = void;

inline constexpr int kFloat = 1;       // ONNXTensorElementDataType
inline constexpr int kErrorsOnly = 3;  // OrtLoggingLevel
inline constexpr int kArenaAllocator = 1;
inline constexpr int kDefaultMemory = 0;

enum Slot : std::size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSessionFromArray = 8,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kSessionGetInputCount = 30,
  kSessionGetOutputCount = 31,
  kSessionGetInputTypeInfo = 33,
  kSessionGetInputName = 36,
  kSessionGetOutputName = 37,
  kCreateRunOptions = 39,
  kRunOptionsSetTerminate = 46,
  kRunOptionsUnsetTerminate = 47,
  kCreateTensorWithDataAsOrtValue = 49,
  kGetTensorMutableData = 51,
  kCastTypeInfoToTensorInfo = 55,
  kGetTensorElementType = 60,
  kGetDimensionsCount = 61,
  kGetDimensions = 62,
  kGetTensorTypeAndShape = 65,
  kCreateCpuMemoryInfo = 69,
  kAllocatorFree = 76,
  kGetAllocatorWithDefaultOptions = 78,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseRunOptions = 97,
  kReleaseTypeInfo = 98,
  kReleaseTensorTypeAndShapeInfo = 99,
  kReleaseSessionOptions = 100,
  kAddSessionConfigEntry = 130,
};

/// Calls a slot that answers with a status: `call(api, kCreateEnv, level, "name", &env)`.
template <class... Args>
Status* call(const void* const* api, Slot slot, Args... args) {
  return reinterpret_cast<Status* (*)(Args...)>(const_cast<void*>(api[slot]))(args...);
}

/// Calls a slot that frees a handle.
inline void release(const void* const* api, Slot slot, Handle* handle) {
  if (handle != nullptr) reinterpret_cast<void (*)(Handle*)>(const_cast<void*>(api[slot]))(handle);
}

}  // namespace ocelli::accel::ort
