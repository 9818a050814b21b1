#include "ocelli/middleware/dds/topic_discovery.hpp"

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>

#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include "ocelli/middleware/dds/participant.hpp"

namespace ocelli {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

class Listener final : public fdds::DomainParticipantListener {
 public:
  void on_publisher_discovery(fdds::DomainParticipant*, rtps::WriterDiscoveryInfo&& info) override {
    const int change = info.status == rtps::WriterDiscoveryInfo::DISCOVERED_WRITER ? 1
                       : info.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER  ? -1
                                                                                   : 0;
    count(info.info, change, &DiscoveredTopic::writers);
  }
  void on_subscriber_discovery(fdds::DomainParticipant*, rtps::ReaderDiscoveryInfo&& info) override {
    const int change = info.status == rtps::ReaderDiscoveryInfo::DISCOVERED_READER ? 1
                       : info.status == rtps::ReaderDiscoveryInfo::REMOVED_READER  ? -1
                                                                                   : 0;
    count(info.info, change, &DiscoveredTopic::readers);
  }
  [[nodiscard]] std::vector<DiscoveredTopic> topics() {
    const std::lock_guard lock(mutex_);
    std::vector<DiscoveredTopic> all;
    for (const auto& [key, topic] : topics_)
      if (topic.writers + topic.readers > 0) all.push_back(topic);
    return all;
  }

 private:
  template <class ProxyData>
  void count(const ProxyData& endpoint, int change, int DiscoveredTopic::*field) {
    std::vector<std::string> partitions = endpoint.m_qos.m_partition.names();
    if (partitions.empty()) partitions.emplace_back();
    std::string name = endpoint.topicName().to_string();
    const std::string type = endpoint.typeName().to_string();
    if (name.starts_with("rt/")) name.erase(0, 3);
    const std::lock_guard lock(mutex_);
    for (const std::string& partition : partitions) {
      DiscoveredTopic& topic = topics_[std::tuple(name, partition, type)];
      topic.name = name;
      topic.type = type;
      topic.partition = partition;
      topic.*field += change;
    }
  }

  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, DiscoveredTopic> topics_;
};

}  // namespace

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
