#pragma once
// A sensor's message again, or at another time: its bytes under another stamp. Must not know: the bus.

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::topics {

/// A copy of the encapsulated CDR with that acquisition time. All sensor kinds begin with std_msgs/Header: seconds and
/// nanoseconds follow the encapsulation.
[[nodiscard]] ConstBufferPtr restamped(const Buffer& cdr, Time stamp);

}  // namespace ocelli::topics
