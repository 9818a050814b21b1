#pragma once
// What an ONNX file says of its input, for libraries that only notice a wrong shape deep inside. Reads no more of the
// file than that (protocol buffers: onnx.proto of ONNX 1.x). Must not know: any library.

#include <cstddef>
#include <optional>
#include <span>

#include "ocelli/hal/accel/engine.hpp"

namespace ocelli::accel {

/// The first input of the graph that is no weight; a size that the model leaves open is -1. Nothing when the file does
/// not say, or is damaged.
[[nodiscard]] std::optional<EngineTensor> onnx_input(std::span<const std::byte> file);

/// Whether that many sizes are those of the model, where it says one.
[[nodiscard]] bool fits_input(const EngineTensor& input, const std::vector<std::int64_t>& wanted);
/// "input 'images' of the model is 1x3x?x?: expected 1x3x320x320".
[[nodiscard]] std::string input_mistake(const EngineTensor& input, const std::vector<std::int64_t>& wanted);

}  // namespace ocelli::accel
