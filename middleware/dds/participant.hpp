#pragma once
// How participants of Ocelli join a domain. Private to middleware/dds.

#include <fastdds/dds/domain/qos/DomainParticipantQos.hpp>

#include <memory>

#include "ocelli/middleware/dds/dds_lane.hpp"
#include "ocelli/middleware/dds/sealing_transport.hpp"

namespace ocelli::dds {

[[nodiscard]] eprosima::fastdds::dds::DomainParticipantQos participant_qos(
    const DdsConfig& config, std::shared_ptr<Refusals> refusals = std::make_shared<Refusals>());

}  // namespace ocelli::dds
