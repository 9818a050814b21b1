#pragma once
// The handles of one accelerator with one model. Shared with whoever is in a call of it, so that nothing is freed under
// a call that has not returned. Must not know: what is computed.

#include <string>
#include <vector>

#include "ocelli/hal/accel/ocelli_accel.h"

namespace ocelli::accel {

/// What the back end says of the last call of this thread that failed; "" for one that says nothing.
inline std::string last_error_of(const ocelli_accel_api& api) {
  const char* text = api.last_error();
  return text == nullptr ? "" : text;
}

struct OpenDevice {
  const ocelli_accel_api* api = nullptr;
  ocelli_accel_device* device = nullptr;
  ocelli_accel_model* model = nullptr;
  ocelli_accel_buffer* input = nullptr;
  std::vector<ocelli_accel_buffer*> outputs;

  OpenDevice() = default;
  OpenDevice(const OpenDevice&) = delete;
  OpenDevice& operator=(const OpenDevice&) = delete;
  ~OpenDevice() {
    if (api == nullptr) return;
    for (ocelli_accel_buffer* buffer : outputs)
      if (buffer != nullptr) api->free_buffer(buffer);
    if (input != nullptr) api->free_buffer(input);
    if (model != nullptr) api->unload(model);
    if (device != nullptr) api->close(device);
  }
};

}  // namespace ocelli::accel
