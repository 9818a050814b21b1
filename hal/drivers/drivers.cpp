#include "ocelli/hal/drivers/drivers.hpp"

#include <array>

namespace ocelli::hal {

Result<OpenedSource> open_sim(const YAML::Node& config, const SourceContext& context);

namespace {

constexpr auto kDrivers = std::to_array<SourceRow>({
    {"sim", "simulated vehicle: lidar, cameras, radar, IMU, GNSS, wheels, ground truth", &open_sim},
});

}  // namespace

std::span<const SourceRow> drivers() { return kDrivers; }

}  // namespace ocelli::hal
