// Fast DDS without Ocelli: as delivered (its default settings, for a type that is no plain memory, as every message
// with a sequence in it), the same but reliable as ROS 2 has it, with a large shared-memory segment, and with
// data-sharing and loans.
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/Topic.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/rtps/transport/shared_mem/SharedMemTransportDescriptor.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

enum class Setting { kDefault, kReliable, kShm, kLoan };

/// octet[size]; said to be plain only where it is to be loaned.
class OctetArray final : public fdds::TopicDataType {
 public:
  OctetArray(std::size_t size, bool is_loaned) : size_(size), is_loaned_(is_loaned) {
    setName("OctetArray");
    m_typeSize = static_cast<std::uint32_t>(size + 4);
    auto_fill_type_object(false);
    auto_fill_type_information(false);
  }
  bool serialize(void* data, rtps::SerializedPayload_t* payload) override {
    constexpr std::uint8_t kHead[4] = {0, 1, 0, 0};
    std::memcpy(payload->data, kHead, 4);
    std::memcpy(payload->data + 4, data, size_);
    payload->length = static_cast<std::uint32_t>(size_ + 4);
    payload->encapsulation = CDR_LE;
    return true;
  }
  bool deserialize(rtps::SerializedPayload_t* payload, void* data) override {
    if (payload->length < size_ + 4) return false;
    std::memcpy(data, payload->data + 4, size_);
    return true;
  }
  std::function<std::uint32_t()> getSerializedSizeProvider(void*) override {
    return [size = size_] { return static_cast<std::uint32_t>(size + 4); };
  }
  void* createData() override { return new std::byte[size_]; }
  void deleteData(void* data) override { delete[] static_cast<std::byte*>(data); }
  bool getKey(void*, rtps::InstanceHandle_t*, bool) override { return false; }
  [[nodiscard]] bool is_bounded() const override { return is_loaned_; }
  [[nodiscard]] bool is_plain() const override { return is_loaned_; }
  bool construct_sample(void* memory) const override {
    std::memset(memory, 0, size_);
    return true;
  }

 private:
  const std::size_t size_;
  const bool is_loaned_;
};

struct Participant {
  Participant(const Job& job, Setting s) : setting(s) {
    fdds::DomainParticipantQos qos;
    if (setting == Setting::kShm) {
      auto shm = std::make_shared<eprosima::fastdds::rtps::SharedMemTransportDescriptor>();
      shm->segment_size(64U << 20U);
      shm->max_message_size(32U << 20U);
      qos.transport().use_builtin_transports = false;
      qos.transport().user_transports = {shm};
    }
    participant = fdds::DomainParticipantFactory::get_instance()->create_participant(77, qos);
    participant->register_type(fdds::TypeSupport(new OctetArray(job.size, setting == Setting::kLoan)));
    topic = participant->create_topic("bench" + job.channel, "OctetArray", fdds::TOPIC_QOS_DEFAULT);
  }
  ~Participant() {
    participant->delete_contained_entities();
    fdds::DomainParticipantFactory::get_instance()->delete_participant(participant);
  }
  template <class Qos>
  void apply(Qos& qos) const {
    if (setting == Setting::kDefault) return;
    qos.reliability().kind =
        setting == Setting::kLoan ? fdds::BEST_EFFORT_RELIABILITY_QOS : fdds::RELIABLE_RELIABILITY_QOS;
    qos.durability().kind = fdds::VOLATILE_DURABILITY_QOS;
    qos.history().kind = fdds::KEEP_LAST_HISTORY_QOS;
    qos.history().depth = 8;
    qos.resource_limits().max_samples = 8;
    qos.resource_limits().max_instances = 1;
    qos.resource_limits().max_samples_per_instance = 8;
    qos.resource_limits().allocated_samples = 1;
    qos.endpoint().history_memory_policy =
        setting == Setting::kLoan ? rtps::PREALLOCATED_MEMORY_MODE : rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    if (setting == Setting::kLoan)
      qos.data_sharing().automatic();
    else
      qos.data_sharing().off();
  }
  Setting setting;
  fdds::DomainParticipant* participant = nullptr;
  fdds::Topic* topic = nullptr;
};

struct FastSender final : Sender {
  FastSender(const Job& job, Setting setting) : peer(job, setting), own(job.size) {
    fdds::DataWriterQos qos;
    peer.apply(qos);
    writer = peer.participant->create_publisher(fdds::PUBLISHER_QOS_DEFAULT)->create_datawriter(peer.topic, qos);
  }
  void wait_for_readers(int count) override {
    fdds::PublicationMatchedStatus status;
    for (int i = 0; i < 500 && status.current_count < count; ++i) {
      writer->get_publication_matched_status(status);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  std::span<std::byte> loan() override {
    data = own.data();
    if (peer.setting == Setting::kLoan) {
      void* sample = nullptr;
      if (writer->loan_sample(sample) != ReturnCode_t::RETCODE_OK) return {};
      data = static_cast<std::byte*>(sample);
    }
    return {data, own.size()};
  }
  void publish() override { writer->write(data); }
  Participant peer;
  std::vector<std::byte> own;
  fdds::DataWriter* writer = nullptr;
  std::byte* data = nullptr;
};

FASTDDS_SEQUENCE(OctetArrays, std::byte);

struct FastReceiver final : Receiver, fdds::DataReaderListener {
  FastReceiver(const Job& job, Setting setting) : peer(job, setting), own(job.size) {
    fdds::DataReaderQos qos;
    peer.apply(qos);
    subscriber = peer.participant->create_subscriber(fdds::SUBSCRIBER_QOS_DEFAULT);
    reader = subscriber->create_datareader(peer.topic, qos, this);
  }
  ~FastReceiver() override { subscriber->delete_datareader(reader); }
  void run(const std::function<bool(std::span<const std::byte>)>& message) override {
    on_message = &message;
    for (int idle = 0; idle < 60 && !is_done; ++idle) {
      if (has_come.exchange(false)) idle = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    is_done = true;
  }
  void on_data_available(fdds::DataReader* source) override {
    if (is_done || on_message == nullptr) return;
    has_come = true;
    if (peer.setting == Setting::kLoan) return take_loans(source);
    fdds::SampleInfo info;
    while (!is_done && source->take_next_sample(own.data(), &info) == ReturnCode_t::RETCODE_OK)
      if (info.valid_data && !(*on_message.load())(own)) is_done = true;
  }
  void take_loans(fdds::DataReader* source) {
    OctetArrays data;
    fdds::SampleInfoSeq infos;
    while (!is_done && source->take(data, infos) == ReturnCode_t::RETCODE_OK) {
      for (fdds::LoanableCollection::size_type i = 0; i < infos.length(); ++i)
        if (infos[i].valid_data && !(*on_message.load())({&data[i], own.size()})) is_done = true;
      source->return_loan(data, infos);
    }
  }
  Participant peer;
  std::vector<std::byte> own;
  fdds::Subscriber* subscriber = nullptr;
  fdds::DataReader* reader = nullptr;
  std::atomic<const std::function<bool(std::span<const std::byte>)>*> on_message = nullptr;
  std::atomic<bool> is_done = false;
  std::atomic<bool> has_come = false;
};

class FastDds final : public Transport {
 public:
  FastDds(std::string name, Setting setting) : name_(std::move(name)), setting_(setting) {}
  [[nodiscard]] std::string name() const override { return name_; }
  std::unique_ptr<Sender> open_sender(const Job& job) override { return std::make_unique<FastSender>(job, setting_); }
  std::unique_ptr<Receiver> open_receiver(const Job& job, int) override {
    return std::make_unique<FastReceiver>(job, setting_);
  }

 private:
  const std::string name_;
  const Setting setting_;
};

}  // namespace

std::vector<std::unique_ptr<Transport>> fast_dds_transports() {
  std::vector<std::unique_ptr<Transport>> all;
  all.push_back(std::make_unique<FastDds>("Fast DDS as delivered", Setting::kDefault));
  all.push_back(std::make_unique<FastDds>("Fast DDS, reliable, last 8", Setting::kReliable));
  all.push_back(std::make_unique<FastDds>("Fast DDS, 64 MiB segment", Setting::kShm));
  all.push_back(std::make_unique<FastDds>("Fast DDS, data-sharing + loan", Setting::kLoan));
  return all;
}

}  // namespace ocelli::bench
