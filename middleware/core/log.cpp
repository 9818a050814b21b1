#include "ocelli/middleware/core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstdlib>
#include <string>

namespace ocelli {

void set_up_log(std::string_view process) {
  auto logger =
      std::make_shared<spdlog::logger>(std::string(process), std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %n: %v");
  const char* wanted = std::getenv("OCELLI_LOG");
  const auto level = wanted == nullptr ? spdlog::level::info : spdlog::level::from_str(wanted);
  const bool unknown = level == spdlog::level::off && wanted != nullptr && std::string_view(wanted) != "off";
  logger->set_level(unknown ? spdlog::level::info : level);
  spdlog::set_default_logger(std::move(logger));
  if (unknown) spdlog::warn("OCELLI_LOG='{}' is not one of trace, debug, info, warn, error, off: using info", wanted);
}

}  // namespace ocelli
