#include "ocelli/middleware/dds/greeter.hpp"

#include <fastdds/dds/topic/Topic.hpp>

#include <array>

#include "ocelli/middleware/bus/scheduling.hpp"
#include "ocelli/middleware/dds/frame_type.hpp"

namespace ocelli::dds {
namespace {

namespace fdds = eprosima::fastdds::dds;

constexpr const char* kTopic = "ocelli/greeting";
constexpr const char* kType = "ocelli::msg::dds_::Greeting_";
constexpr Duration kStopPoll = 500ms;

template <class EndpointQos>
EndpointQos greeting_qos() {
  EndpointQos qos;
  qos.reliability().kind = fdds::BEST_EFFORT_RELIABILITY_QOS;
  qos.durability().kind = fdds::VOLATILE_DURABILITY_QOS;
  qos.history().kind = fdds::KEEP_LAST_HISTORY_QOS;
  qos.history().depth = 1;
  qos.data_sharing().off();
  return qos;
}

}  // namespace

Greeter::~Greeter() {
  is_stopping_ = true;
  signal_.notify();
  if (thread_.joinable()) thread_.join();
  if (writer_ != nullptr) publisher_->delete_datawriter(writer_);  // waits for callbacks under way
}

Status Greeter::start(fdds::DomainParticipant& participant, fdds::Publisher& publisher, fdds::Subscriber& subscriber) {
  participant.register_type(fdds::TypeSupport(new FrameType(kType)));
  auto* topic = participant.create_topic(kTopic, kType, fdds::TOPIC_QOS_DEFAULT);
  if (topic == nullptr) return error(ErrorCode::kUnavailable, "Fast DDS cannot create topic '{}'", kTopic);
  publisher_ = &publisher;
  auto writer_qos = greeting_qos<fdds::DataWriterQos>();
  writer_qos.publish_mode().kind = fdds::SYNCHRONOUS_PUBLISH_MODE;
  writer_ = publisher.create_datawriter(topic, writer_qos, this);
  const auto* reader = subscriber.create_datareader(topic, greeting_qos<fdds::DataReaderQos>());
  if (writer_ == nullptr || reader == nullptr)
    return error(ErrorCode::kUnavailable, "Fast DDS cannot create the endpoints of '{}'", kTopic);
  thread_ = std::thread([this] { run(); });
  return ok();
}

void Greeter::on_publication_matched(fdds::DataWriter*, const fdds::PublicationMatchedStatus& status) {
  if (status.current_count_change <= 0) return;
  ++arrivals_;
  signal_.notify();
}

void Greeter::run() {
  leave_realtime();
  constexpr std::array<std::byte, 4> kEmptyCdr = {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}};
  SampleHeader header;
  header.body_length = kEmptyCdr.size();
  OutgoingFrame frame{&header, kEmptyCdr};
  while (!is_stopping_) {
    if (arrivals_.exchange(0) > 0)
      writer_->write(&frame);
    else
      signal_.wait_for(kStopPoll);
  }
}

}  // namespace ocelli::dds
