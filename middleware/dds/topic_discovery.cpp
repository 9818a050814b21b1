#include "ocelli/middleware/dds/topic_discovery.hpp"

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <tuple>

#include "ocelli/middleware/bus/ring_address.hpp"
#include "ocelli/middleware/dds/announcements.hpp"
#include "ocelli/middleware/dds/participant.hpp"

namespace ocelli {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

using Guid = rtps::GUID_t;
using Key = std::tuple<std::string, std::string, std::string>;

class Listener final : public fdds::DomainParticipantListener {
 public:
  void on_participant_discovery(fdds::DomainParticipant*, rtps::ParticipantDiscoveryInfo&& info) override {
    const std::lock_guard lock(mutex_);
    participants_[info.info.m_guid.guidPrefix] = info.info.m_participantName.to_string();
  }
  void on_publisher_discovery(fdds::DomainParticipant*, rtps::WriterDiscoveryInfo&& info) override {
    note(info.info, info.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER, true);
  }
  void on_subscriber_discovery(fdds::DomainParticipant*, rtps::ReaderDiscoveryInfo&& info) override {
    note(info.info, info.status == rtps::ReaderDiscoveryInfo::REMOVED_READER, false);
  }
  [[nodiscard]] std::vector<DiscoveredTopic> topics() {
    const std::lock_guard lock(mutex_);
    std::map<Key, DiscoveredTopic> topics;
    for (const auto& [guid, found] : endpoints_) {
      for (const std::string& partition : found.partitions) {
        DiscoveredTopic& topic = topics[Key(found.topic.name, partition, found.topic.type)];
        if (topic.endpoints.empty()) topic = found.topic;
        topic.partition = partition;
        ++(found.endpoint.is_writer ? topic.writers : topic.readers);
        topic.endpoints.push_back(found.endpoint);
        topic.endpoints.back().participant = participants_[guid.guidPrefix];
      }
    }
    std::vector<DiscoveredTopic> all;
    for (auto& [key, topic] : topics) all.push_back(std::move(topic));
    return all;
  }

 private:
  struct Found {
    DiscoveredTopic topic;  // names only
    std::vector<std::string> partitions;
    DiscoveredEndpoint endpoint;
  };

  template <class ProxyData>
  void note(const ProxyData& proxy, bool is_gone, bool is_writer) {
    const std::lock_guard lock(mutex_);
    if (is_gone) {
      endpoints_.erase(proxy.guid());
      return;
    }
    Found found;
    found.topic.wire_name = found.topic.name = proxy.topicName().to_string();
    if (found.topic.name.starts_with("rt/")) found.topic.name.erase(0, 3);
    found.topic.type = proxy.typeName().to_string();
    found.topic.is_keyed = proxy.topicKind() == rtps::WITH_KEY;
    found.partitions = proxy.m_qos.m_partition.names();
    if (found.partitions.empty()) found.partitions.emplace_back();
    DiscoveredEndpoint& endpoint = found.endpoint;
    endpoint.is_writer = is_writer;
    std::ostringstream guid;
    guid << proxy.guid();
    endpoint.guid = guid.str();
    endpoint.is_reliable = proxy.m_qos.m_reliability.kind == fdds::RELIABLE_RELIABILITY_QOS;
    endpoint.is_latched = proxy.m_qos.m_durability.kind != fdds::VOLATILE_DURABILITY_QOS;
    const dds::Octets said = proxy.m_qos.m_userData.data_vec();
    describe_endpoint(std::as_bytes(std::span(said)), endpoint);
    endpoints_[proxy.guid()] = std::move(found);
  }

  std::mutex mutex_;
  std::map<rtps::GuidPrefix_t, std::string> participants_;
  std::map<Guid, Found> endpoints_;
};

}  // namespace

void describe_endpoint(std::span<const std::byte> said, DiscoveredEndpoint& endpoint) {
  endpoint.process.clear();
  endpoint.lane = "network";
  if (const auto ring = parse_ring_address(said)) {
    endpoint.process = fmt::format("{} of {} host", ring->pid, ring->host == this_host() ? "this" : "another");
    endpoint.lane = "ring and network";
  } else if (dds::reads_rings(dds::to_octets(said))) {
    endpoint.process = "of this host";
    endpoint.lane = "ring and network";
  }
}

Result<std::vector<DiscoveredTopic>> discover_topics(const DdsConfig& config, Duration listen) {
  Listener listener;
  auto* factory = fdds::DomainParticipantFactory::get_instance();
  auto* participant =
      factory->create_participant(config.domain, dds::participant_qos(config), &listener, fdds::StatusMask::none());
  if (participant == nullptr)
    return error(ErrorCode::kUnavailable, "Fast DDS cannot join domain {} (0 to 232)", config.domain);
  std::this_thread::sleep_for(listen);
  auto topics = listener.topics();
  factory->delete_participant(participant);
  return topics;
}

}  // namespace ocelli
