#pragma once
// Sources that are a part of another one, or another one at another time.

#include <memory>
#include <string>
#include <vector>

#include "ocelli/middleware/topics/source.hpp"

namespace ocelli::launch {

/// A source that says nothing on these topics.
[[nodiscard]] std::unique_ptr<Source> without(std::unique_ptr<Source> source, const std::vector<std::string>& topics);

/// The part of a source before `duration` after its first message.
[[nodiscard]] std::unique_ptr<Source> until(std::unique_ptr<Source> source, Duration duration);

/// A recorded drive as if it were driven now, from `begin` on: its stamps and those inside its messages moved by the
/// same time. A device, whose range begins there, is left alone.
[[nodiscard]] std::unique_ptr<Source> replayed_from(std::unique_ptr<Source> source, Time begin);

}  // namespace ocelli::launch
