#pragma once
// spdlog, set up once per process: one line per event on stderr, "time level process: text".
// Libraries that run on the data path do not log: they return errors, count losses and emit observations.

#include <spdlog/spdlog.h>

#include <string_view>

namespace ocelli {

/// `process` names the log lines; the level comes from OCELLI_LOG (trace…off), `info` when unset or unknown.
void set_up_log(std::string_view process);

}  // namespace ocelli
