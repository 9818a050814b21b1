#include "ocelli/hal/accel/onnx_input.hpp"

#include <algorithm>
#include <cstdint>

namespace ocelli::accel {
namespace {

using Bytes = std::span<const std::byte>;

// Numbers of fields in onnx.proto.
constexpr std::uint32_t kModelGraph = 7;
constexpr std::uint32_t kGraphInitializer = 5, kGraphInput = 11;
constexpr std::uint32_t kTensorName = 8;
constexpr std::uint32_t kValueName = 1, kValueType = 2;
constexpr std::uint32_t kTypeTensor = 1;
constexpr std::uint32_t kTensorShape = 2;
constexpr std::uint32_t kShapeDim = 1;
constexpr std::uint32_t kDimValue = 1;

/// The fields of one message, one after the other. What is cut off or of an unknown kind ends it.
class Fields {
 public:
  explicit Fields(Bytes message) : rest_(message) {}

  bool next() {
    const auto key = varint();
    if (!key) return false;
    field = static_cast<std::uint32_t>(*key >> 3U);
    switch (*key & 7U) {
      case 0: return take_number();
      case 1: return skip(8);
      case 2: return take_bytes();
      case 5: return skip(4);
      default: return false;
    }
  }

  std::uint32_t field = 0;
  std::uint64_t number = 0;  // of a number
  Bytes bytes;               // of a text or message, else empty

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = std::to_integer<std::uint64_t>(rest_.front());
      rest_ = rest_.subspan(1);
      value |= (byte & 0x7FU) << shift;
      if (byte < 0x80U) return value;
    }
    return std::nullopt;
  }
  bool take_number() {
    const auto value = varint();
    number = value.value_or(0);
    bytes = {};
    return value.has_value();
  }
  bool take_bytes() {
    const auto size = varint();
    if (!size || *size > rest_.size()) return false;
    bytes = rest_.first(static_cast<std::size_t>(*size));
    rest_ = rest_.subspan(bytes.size());
    return true;
  }
  bool skip(std::size_t size) {
    if (size > rest_.size()) return false;
    bytes = {};
    rest_ = rest_.subspan(size);
    return true;
  }

  Bytes rest_;
};

/// The last field of that number; empty when there is none.
Bytes find(Bytes message, std::uint32_t field) {
  Bytes found;
  for (Fields fields(message); fields.next();)
    if (fields.field == field) found = fields.bytes;
  return found;
}

std::string text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::int64_t size_of(Bytes dim) {
  for (Fields fields(dim); fields.next();)
    if (fields.field == kDimValue) return static_cast<std::int64_t>(fields.number);
  return -1;
}

}  // namespace

std::optional<EngineTensor> onnx_input(Bytes file) {
  const Bytes graph = find(file, kModelGraph);
  std::vector<std::string> weights;
  for (Fields fields(graph); fields.next();)
    if (fields.field == kGraphInitializer) weights.push_back(text_of(find(fields.bytes, kTensorName)));
  for (Fields fields(graph); fields.next();) {
    if (fields.field != kGraphInput) continue;
    EngineTensor input{text_of(find(fields.bytes, kValueName)), {}};
    if (std::ranges::find(weights, input.name) != weights.end()) continue;
    const Bytes shape = find(find(find(fields.bytes, kValueType), kTypeTensor), kTensorShape);
    for (Fields dims(shape); dims.next();)
      if (dims.field == kShapeDim) input.dims.push_back(size_of(dims.bytes));
    if (input.dims.empty()) return std::nullopt;
    return input;
  }
  return std::nullopt;
}

bool fits_input(const EngineTensor& input, const std::vector<std::int64_t>& wanted) {
  return std::ranges::equal(input.dims, wanted,
                            [](std::int64_t of_model, std::int64_t size) { return of_model < 0 || of_model == size; });
}

std::string input_mistake(const EngineTensor& input, const std::vector<std::int64_t>& wanted) {
  return "input '" + input.name + "' of the model is " + shape_of(input.dims) + ": expected " + shape_of(wanted);
}

}  // namespace ocelli::accel
