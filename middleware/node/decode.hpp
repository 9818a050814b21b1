#pragma once
// From bytes to the value that a step works on, with the checks that every message must pass.

#include "ocelli/middleware/bus/sample.hpp"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli::node {

/// The same sample with its value: a generated message, or ImageView/PointCloudView into the sample's own bytes.
/// Errors: bytes that do not decode, or a message that breaks its own rules (validate()).
[[nodiscard]] Result<SamplePtr> decoded(const SamplePtr& sample);

/// Ranges that hold for every producer: finite numbers, positive sizes, probabilities within 0..1.
[[nodiscard]] Status validate(const topics::TopicKind& kind, const void* value);

}  // namespace ocelli::node
