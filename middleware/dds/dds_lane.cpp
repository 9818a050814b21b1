#include "ocelli/middleware/dds/dds_lane.hpp"

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/DataWriterListener.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/Topic.hpp>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastdds/rtps/transport/shared_mem/SharedMemTransportDescriptor.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "ocelli/middleware/dds/frame_type.hpp"
#include "ocelli/middleware/dds/greeter.hpp"

namespace ocelli {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

constexpr std::uint32_t kSegmentBytes = 64U << 20U;
constexpr std::uint32_t kMaxMessageBytes = 8U << 20U;
constexpr std::uint32_t kSocketBytes = 4U << 20U;

rtps::GuidPrefix_t prefix_of(const rtps::InstanceHandle_t& handle) { return rtps::iHandle2GUID(handle).guidPrefix; }

/// The peers of one endpoint that live in other processes.
class RemotePeers {
 public:
  explicit RemotePeers(const rtps::GuidPrefix_t& own) : own_(own) {}
  void update(const rtps::InstanceHandle_t& handle, int change) {
    if (prefix_of(handle) == own_) return;
    const std::lock_guard lock(mutex_);
    if (change > 0) handles_.insert(handle);
    if (change < 0) handles_.erase(handle);
    count_ = handles_.size();
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  const rtps::GuidPrefix_t own_;
  std::mutex mutex_;
  std::set<rtps::InstanceHandle_t> handles_;
  std::atomic<std::size_t> count_ = 0;
};

class DdsWriter final : public NetworkWriter, public fdds::DataWriterListener {
 public:
  DdsWriter(const rtps::GuidPrefix_t& own, bool is_latched) : readers_(own), is_latched_(is_latched) {}
  ~DdsWriter() override {
    if (writer != nullptr) publisher->delete_datawriter(writer);  // waits for callbacks under way
  }
  void on_publication_matched(fdds::DataWriter*, const fdds::PublicationMatchedStatus& status) override {
    readers_.update(status.last_subscription_handle, status.current_count_change);
  }
  [[nodiscard]] bool is_wanted() const override { return is_latched_ || readers_.count() > 0; }
  [[nodiscard]] std::size_t readers() const override { return readers_.count(); }
  Status write(const SampleHeader& header, std::span<const std::byte> body) override {
    dds::OutgoingFrame frame{&header, body};
    if (writer->write(&frame)) return ok();
    return error(ErrorCode::kUnavailable, "Fast DDS refused a message of {} bytes", body.size());
  }

  fdds::DataWriter* writer = nullptr;
  fdds::Publisher* publisher = nullptr;

 private:
  RemotePeers readers_;
  const bool is_latched_;
};

class DdsReader final : public NetworkReader, public fdds::DataReaderListener {
 public:
  DdsReader(const rtps::GuidPrefix_t& own, std::function<void(NetworkFrame)> on_frame)
      : own_(own), writers_(own), on_frame_(std::move(on_frame)) {}
  ~DdsReader() override {
    if (reader != nullptr) subscriber->delete_datareader(reader);  // waits for callbacks under way
  }
  void on_subscription_matched(fdds::DataReader*, const fdds::SubscriptionMatchedStatus& status) override {
    writers_.update(status.last_publication_handle, status.current_count_change);
  }
  void on_data_available(fdds::DataReader* source) override {
    dds::IncomingFrame frame;
    fdds::SampleInfo info;
    while (source->take_next_sample(&frame, &info) == ReturnCode_t::RETCODE_OK) {
      const auto& writer = info.sample_identity.writer_guid();
      if (!info.valid_data || frame.bytes == nullptr || writer.guidPrefix == own_) continue;
      std::uint32_t id = 2166136261U;
      for (const auto byte : writer.guidPrefix.value) id = (id ^ byte) * 16777619U;
      for (const auto byte : writer.entityId.value) id = (id ^ byte) * 16777619U;
      on_frame_({std::move(frame.bytes), from_ns(info.source_timestamp.to_ns()),
                 info.sample_identity.sequence_number().to64long(), id});
    }
  }
  [[nodiscard]] std::size_t writers() const override { return writers_.count(); }

  fdds::DataReader* reader = nullptr;
  fdds::Subscriber* subscriber = nullptr;

 private:
  const rtps::GuidPrefix_t own_;
  RemotePeers writers_;
  const std::function<void(NetworkFrame)> on_frame_;
};

fdds::DomainParticipantQos participant_qos(const DdsConfig& config) {
  fdds::DomainParticipantQos qos;
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
    greeter_.reset();
    participant_->delete_contained_entities();
    fdds::DomainParticipantFactory::get_instance()->delete_participant(participant_);
  }

  Status open(const DdsConfig& config) {
    auto* factory = fdds::DomainParticipantFactory::get_instance();
    participant_ = factory->create_participant(config.domain, participant_qos(config));
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
    greeter_ = std::make_unique<dds::Greeter>();
    return greeter_->start(*participant_, *publisher_, *subscriber_);
  }

  Result<std::unique_ptr<NetworkWriter>> open_writer(const std::string& topic, const topics::TopicKind& kind) override {
    OCELLI_ASSIGN(fdds::Topic* const dds_topic, topic_of(topic, kind));
    fdds::DataWriterQos qos;
    apply(kind, qos);
    qos.reliable_writer_qos().times.heartbeatPeriod = {0, 100'000'000};
    qos.publish_mode().kind = fdds::SYNCHRONOUS_PUBLISH_MODE;
    auto writer = std::make_unique<DdsWriter>(participant_->guid().guidPrefix, kind.qos == topics::Qos::kState);
    writer->publisher = publisher_;
    writer->writer = publisher_->create_datawriter(dds_topic, qos, writer.get());
    if (writer->writer == nullptr)
      return error(ErrorCode::kUnavailable, "Fast DDS cannot create a writer for '{}'", topic);
    return writer;
  }

  Result<std::unique_ptr<NetworkReader>> open_reader(const std::string& topic, const topics::TopicKind& kind,
                                                     std::function<void(NetworkFrame)> on_frame) override {
    OCELLI_ASSIGN(fdds::Topic* const dds_topic, topic_of(topic, kind));
    fdds::DataReaderQos qos;
    apply(kind, qos);
    auto reader = std::make_unique<DdsReader>(participant_->guid().guidPrefix, std::move(on_frame));
    reader->subscriber = subscriber_;
    reader->reader = subscriber_->create_datareader(dds_topic, qos, reader.get());
    if (reader->reader == nullptr)
      return error(ErrorCode::kUnavailable, "Fast DDS cannot create a reader for '{}'", topic);
    return reader;
  }

 private:
  Result<fdds::Topic*> topic_of(const std::string& name, const topics::TopicKind& kind) {
    const std::lock_guard lock(mutex_);
    if (const auto found = topics_.find(name); found != topics_.end()) return found->second;
    const std::string type = topics::dds_type_name(kind.codec().type_name);
    auto [support, is_new] = types_.try_emplace(type, nullptr);
    if (is_new) {
      support->second = fdds::TypeSupport(new dds::FrameType(type));
      participant_->register_type(support->second);
    }
    auto* topic = participant_->create_topic(topics::dds_topic_name(name), type, fdds::TOPIC_QOS_DEFAULT);
    if (topic == nullptr) return error(ErrorCode::kUnavailable, "Fast DDS cannot create topic '{}' ({})", name, type);
    topics_[name] = topic;
    return topic;
  }

  std::mutex mutex_;
  fdds::DomainParticipant* participant_ = nullptr;
  fdds::Publisher* publisher_ = nullptr;
  fdds::Subscriber* subscriber_ = nullptr;
  std::unique_ptr<dds::Greeter> greeter_;
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
