#pragma once
// A message of a known type as it came from another process.

#include "ocelli/middleware/bus/subscription.hpp"
#include "ocelli/middleware/topics/codec.hpp"

namespace ocelli::launch {

/// False: it is damaged, or of another type.
template <class Message>
[[nodiscard]] bool read(const Received& received, Message& message) {
  return received.integrity != Integrity::kCorrupt && received.sample->cdr != nullptr &&
         topics::decode(received.sample->cdr->bytes(), message).has_value();
}

}  // namespace ocelli::launch
