#pragma once
// How participants of Ocelli join a domain. Private to middleware/dds.

#include <fastdds/dds/domain/qos/DomainParticipantQos.hpp>

#include "ocelli/middleware/dds/dds_lane.hpp"

namespace ocelli::dds {

[[nodiscard]] eprosima::fastdds::dds::DomainParticipantQos participant_qos(const DdsConfig& config);

}  // namespace ocelli::dds
