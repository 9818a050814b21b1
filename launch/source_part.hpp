#pragma once
// Sources that are a part of another one.

#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::launch {

/// A source that says nothing on these topics.
[[nodiscard]] std::unique_ptr<Source> without(std::unique_ptr<Source> source, const std::vector<std::string>& topics);

/// The part of a source before `duration` after its first message.
[[nodiscard]] std::unique_ptr<Source> until(std::unique_ptr<Source> source, Duration duration);

}  // namespace ocelli::launch
