#include "ocelli/middleware/dds/participant.hpp"

#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastdds/rtps/transport/shared_mem/SharedMemTransportDescriptor.h>

namespace ocelli::dds {
namespace {

constexpr std::uint32_t kSegmentBytes = 64U << 20U;
constexpr std::uint32_t kMaxMessageBytes = 8U << 20U;
constexpr std::uint32_t kSocketBytes = 4U << 20U;

}  // namespace

eprosima::fastdds::dds::DomainParticipantQos participant_qos(const DdsConfig& config) {
  eprosima::fastdds::dds::DomainParticipantQos qos;
  qos.name(config.participant);
  qos.transport().use_builtin_transports = false;
  auto shm = std::make_shared<eprosima::fastdds::rtps::SharedMemTransportDescriptor>();
  shm->segment_size(kSegmentBytes);
  shm->max_message_size(kMaxMessageBytes);
  auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
  udp->sendBufferSize = kSocketBytes;
  udp->receiveBufferSize = kSocketBytes;
  if (config.is_host_only) udp->interfaceWhiteList.emplace_back("127.0.0.1");
  qos.transport().user_transports = {shm, udp};
  auto& discovery = qos.wire_protocol().builtin.discovery_config;
  discovery.leaseDuration = {1, 0};
  discovery.leaseDuration_announcementperiod = {0, 300'000'000};
  return qos;
}

}  // namespace ocelli::dds
