#include "ocelli/middleware/dds/dds_lane.hpp"

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/Topic.hpp>

#include <map>
#include <mutex>

#include "ocelli/middleware/dds/announcements.hpp"
#include "ocelli/middleware/dds/endpoints.hpp"
#include "ocelli/middleware/dds/frame_type.hpp"
#include "ocelli/middleware/dds/participant.hpp"

namespace ocelli {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

/// QoS classes of DESIGN §4 in DDS terms; the same for writers and readers.
template <class EndpointQos>
void apply(const topics::TopicKind& kind, EndpointQos& qos) {
  const bool is_sensor = kind.qos == topics::Qos::kSensor;
  qos.reliability().kind = is_sensor ? fdds::BEST_EFFORT_RELIABILITY_QOS : fdds::RELIABLE_RELIABILITY_QOS;
  qos.durability().kind =
      kind.qos == topics::Qos::kState ? fdds::TRANSIENT_LOCAL_DURABILITY_QOS : fdds::VOLATILE_DURABILITY_QOS;
  qos.history().kind = fdds::KEEP_LAST_HISTORY_QOS;
  qos.history().depth = kind.qos == topics::Qos::kState ? 1 : static_cast<std::int32_t>(kind.depth);
  qos.resource_limits().allocated_samples = 1;
  qos.resource_limits().max_samples = qos.history().depth + 64;
  qos.resource_limits().max_instances = 1;
  qos.resource_limits().max_samples_per_instance = qos.history().depth + 64;
  qos.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  qos.data_sharing().off();
}

class DdsLane final : public NetworkLane {
 public:
  ~DdsLane() override {
    if (participant_ == nullptr) return;
    participant_->delete_contained_entities();
    fdds::DomainParticipantFactory::get_instance()->delete_participant(participant_);
  }

  void on_problem(std::function<void(const std::string&)> report) override { refusals_->on_problem(std::move(report)); }

  Status open(const DdsConfig& config) {
    has_wire_names_ = config.has_wire_names;
    auto* factory = fdds::DomainParticipantFactory::get_instance();
    participant_ = factory->create_participant(config.domain, dds::participant_qos(config, refusals_), &announcements_,
                                               fdds::StatusMask::none());
    if (participant_ == nullptr)
      return error(ErrorCode::kUnavailable, "Fast DDS cannot join domain {} (0 to 232)", config.domain);
    fdds::PublisherQos publisher_qos;
    fdds::SubscriberQos subscriber_qos;
    if (!config.partition.empty()) {
      publisher_qos.partition().push_back(config.partition.c_str());
      subscriber_qos.partition().push_back(config.partition.c_str());
    }
    publisher_ = participant_->create_publisher(publisher_qos);
    subscriber_ = participant_->create_subscriber(subscriber_qos);
    if (publisher_ == nullptr || subscriber_ == nullptr)
      return error(ErrorCode::kUnavailable, "Fast DDS cannot create a publisher or subscriber");
    return ok();
  }

  Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string& topic, const topics::TopicKind& kind,
                                                     std::span<const std::byte> announcement) override {
    OCELLI_ASSIGN(fdds::Topic* const dds_topic, topic_of(topic, kind));
    fdds::DataWriterQos qos;
    apply(kind, qos);
    qos.reliable_writer_qos().times.heartbeatPeriod = {0, 100'000'000};
    qos.publish_mode().kind = fdds::SYNCHRONOUS_PUBLISH_MODE;
    qos.user_data().setValue(dds::to_octets(announcement));
    auto writer = std::make_unique<dds::DdsWriter>(announcements_, kind.qos == topics::Qos::kState);
    OCELLI_TRY(writer->open(*publisher_, *dds_topic, qos));
    return writer;
  }

  Result<std::unique_ptr<NetworkReader>> open_reader(const std::string& topic, const topics::TopicKind& kind,
                                                     ReaderEvents events) override {
    OCELLI_ASSIGN(fdds::Topic* const dds_topic, topic_of(topic, kind));
    fdds::DataReaderQos qos;
    apply(kind, qos);
    auto reader = std::make_unique<dds::DdsReader>(announcements_, std::move(events));
    OCELLI_TRY(reader->open(*subscriber_, *dds_topic, qos));
    return reader;
  }

 private:
  Result<fdds::Topic*> topic_of(const std::string& name, const topics::TopicKind& kind) {
    const std::lock_guard lock(mutex_);
    if (const auto found = topics_.find(name); found != topics_.end()) return found->second;
    const std::string type =
        has_wire_names_ ? std::string(kind.codec().type_name) : topics::dds_type_name(kind.codec().type_name);
    auto [support, is_new] = types_.try_emplace(type, nullptr);
    if (is_new) {
      support->second = fdds::TypeSupport(new dds::FrameType(type));
      participant_->register_type(support->second);
    }
    auto* topic = participant_->create_topic(has_wire_names_ ? name : topics::dds_topic_name(name), type,
                                             fdds::TOPIC_QOS_DEFAULT);
    if (topic == nullptr) return error(ErrorCode::kUnavailable, "Fast DDS cannot create topic '{}' ({})", name, type);
    topics_[name] = topic;
    return topic;
  }

  bool has_wire_names_ = false;
  std::mutex mutex_;
  const std::shared_ptr<dds::Refusals> refusals_ = std::make_shared<dds::Refusals>();
  dds::Announcements announcements_;
  fdds::DomainParticipant* participant_ = nullptr;
  fdds::Publisher* publisher_ = nullptr;
  fdds::Subscriber* subscriber_ = nullptr;
  std::map<std::string, fdds::TypeSupport> types_;
  std::map<std::string, fdds::Topic*> topics_;
};

}  // namespace

Result<std::unique_ptr<NetworkLane>> open_dds_lane(const DdsConfig& config) {
  if (config.domain > 232) return error(ErrorCode::kInvalidArgument, "DDS domain {}: expected 0 to 232", config.domain);
  auto lane = std::make_unique<DdsLane>();
  OCELLI_TRY(lane->open(config));
  return lane;
}

}  // namespace ocelli
