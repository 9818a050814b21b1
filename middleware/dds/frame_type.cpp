#include "ocelli/middleware/dds/frame_type.hpp"

#include <cstring>

namespace ocelli::dds {

FrameType::FrameType(const std::string& dds_type_name) {
  setName(dds_type_name.c_str());
  m_typeSize = 1024;  // first allocation of a payload; the true size comes from getSerializedSizeProvider()
  m_isGetKeyDefined = false;
  auto_fill_type_object(false);
  auto_fill_type_information(false);
}

bool FrameType::serialize(void* data, eprosima::fastrtps::rtps::SerializedPayload_t* payload) {
  const auto& frame = *static_cast<const OutgoingFrame*>(data);
  const std::size_t size = framed_size(frame.body.size());
  if (size > payload->max_size) return false;
  std::memcpy(payload->data, frame.body.data(), frame.body.size());
  write_trailer(*frame.header, {reinterpret_cast<std::byte*>(payload->data), size});
  payload->length = static_cast<std::uint32_t>(size);
  payload->encapsulation = CDR_LE;
  return true;
}

bool FrameType::deserialize(eprosima::fastrtps::rtps::SerializedPayload_t* payload, void* data) {
  BufferPtr bytes = default_pool().take(payload->length);
  if (bytes == nullptr) return false;
  bytes->resize(0, payload->length);
  std::memcpy(bytes->bytes().data(), payload->data, payload->length);
  static_cast<IncomingFrame*>(data)->bytes = std::move(bytes);
  return true;
}

std::function<std::uint32_t()> FrameType::getSerializedSizeProvider(void* data) {
  const auto size = static_cast<std::uint32_t>(framed_size(static_cast<const OutgoingFrame*>(data)->body.size()));
  return [size] { return size; };
}

}  // namespace ocelli::dds
