#pragma once
// Generated message ↔ XCDR1 bytes with encapsulation header. The only place that touches Fast CDR.

#include <fastcdr/Cdr.h>
#include <fastcdr/FastBuffer.h>
#include <fastcdr/exceptions/Exception.h>

#include <cstddef>
#include <span>
#include <vector>

#include "ocelli/middleware/core/result.hpp"

namespace ocelli::topics {

/// Replaces `cdr` by the encoding of `message`.
template <class Message>
void encode(const Message& message, std::vector<std::byte>& cdr) {
  using eprosima::fastcdr::Cdr;
  cdr.resize(4 + Message::getCdrSerializedSize(message, 0));
  eprosima::fastcdr::FastBuffer buffer(reinterpret_cast<char*>(cdr.data()), cdr.size());
  Cdr stream(buffer, Cdr::LITTLE_ENDIANNESS, Cdr::DDS_CDR);
  stream.serialize_encapsulation();
  message.serialize(stream);
  cdr.resize(stream.getSerializedDataLength());
}

/// Bytes after the message are ignored (a trailer may follow).
template <class Message>
Status decode(std::span<const std::byte> cdr, Message& message) {
  using eprosima::fastcdr::Cdr;
  try {
    // Fast CDR takes a mutable buffer but does not write to it when decoding.
    auto* bytes = const_cast<char*>(reinterpret_cast<const char*>(cdr.data()));
    eprosima::fastcdr::FastBuffer buffer(bytes, cdr.size());
    Cdr stream(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
    stream.read_encapsulation();
    message.deserialize(stream);
    return ok();
  } catch (const eprosima::fastcdr::exception::Exception& failure) {
    return error(ErrorCode::kCorrupt, "CDR of {} bytes does not decode: {}", cdr.size(), failure.what());
  } catch (const std::exception& failure) {  // a corrupt sequence length makes std::vector throw
    return error(ErrorCode::kCorrupt, "CDR of {} bytes does not decode: {}", cdr.size(), failure.what());
  }
}

}  // namespace ocelli::topics
