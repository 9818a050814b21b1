#include "ocelli/middleware/dds/participant.hpp"

#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastrtps/utils/IPLocator.h>

#include "ocelli/middleware/dds/seal.hpp"

namespace ocelli::dds {
namespace {

constexpr std::uint32_t kSendBytes = 4U << 20U;
constexpr std::uint32_t kReceiveBytes = 16U << 20U;  // a camera picture and more; the kernel gives what rmem_max allows

/// Where others find us.
void set_discovery_places(eprosima::fastrtps::rtps::BuiltinAttributes& builtin, bool is_host_only) {
  using eprosima::fastrtps::rtps::IPLocator;
  eprosima::fastrtps::rtps::Locator_t multicast;  // ports of 0 become those of the domain
  IPLocator::setIPv4(multicast, 239, 255, 0, 1);
  builtin.metatrafficMulticastLocatorList.push_back(multicast);
  eprosima::fastrtps::rtps::Locator_t unicast;  // without an address: all interfaces
  if (is_host_only) IPLocator::setIPv4(unicast, 127, 0, 0, 1);
  builtin.metatrafficUnicastLocatorList.push_back(unicast);
}

}  // namespace

eprosima::fastdds::dds::DomainParticipantQos participant_qos(const DdsConfig& config,
                                                             std::shared_ptr<Refusals> refusals) {
  eprosima::fastdds::dds::DomainParticipantQos qos;
  qos.name(config.participant);
  qos.transport().use_builtin_transports = false;
  auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
  udp->sendBufferSize = kSendBytes;
  udp->receiveBufferSize = kReceiveBytes;
  if (config.is_host_only) udp->interfaceWhiteList.emplace_back("127.0.0.1");
  qos.transport().user_transports = {sealing(udp, std::move(refusals))};
  qos.wire_protocol().prefix = new_marked_prefix();
  set_discovery_places(qos.wire_protocol().builtin, config.is_host_only);
  auto& discovery = qos.wire_protocol().builtin.discovery_config;
  discovery.leaseDuration = {1, 0};
  discovery.leaseDuration_announcementperiod = {0, 300'000'000};
  return qos;
}

}  // namespace ocelli::dds
