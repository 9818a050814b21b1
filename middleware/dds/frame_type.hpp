#pragma once
// A Fast DDS type that copies ready bytes instead of serialising an object. Private to middleware/dds.

#include <fastdds/dds/topic/TopicDataType.hpp>

#include <span>
#include <string>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/topics/header.hpp"

namespace ocelli::dds {

/// What DataWriter::write() is given.
struct OutgoingFrame {
  const SampleHeader* header;
  std::span<const std::byte> body;
};

/// What DataReader::take() fills.
struct IncomingFrame {
  BufferPtr bytes;
};

class FrameType : public eprosima::fastdds::dds::TopicDataType {
 public:
  explicit FrameType(const std::string& dds_type_name);

  bool serialize(void* data, eprosima::fastrtps::rtps::SerializedPayload_t* payload) override;
  bool deserialize(eprosima::fastrtps::rtps::SerializedPayload_t* payload, void* data) override;
  std::function<std::uint32_t()> getSerializedSizeProvider(void* data) override;
  void* createData() override { return new IncomingFrame; }
  void deleteData(void* data) override { delete static_cast<IncomingFrame*>(data); }
  bool getKey(void*, eprosima::fastrtps::rtps::InstanceHandle_t*, bool) override { return false; }
};

}  // namespace ocelli::dds
