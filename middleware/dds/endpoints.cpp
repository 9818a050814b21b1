#include "ocelli/middleware/dds/endpoints.hpp"

#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/topic/Topic.hpp>

#include <algorithm>

#include "ocelli/middleware/bus/scheduling.hpp"

namespace ocelli::dds {
namespace {

namespace fdds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

PeerId peer_of(const Guid& guid) {
  PeerId peer{};
  std::copy_n(guid.guidPrefix.value, rtps::GuidPrefix_t::size, peer.begin());
  std::copy_n(guid.entityId.value, rtps::EntityId_t::size, peer.begin() + rtps::GuidPrefix_t::size);
  return peer;
}

std::uint32_t writer_number(const Guid& guid) {
  std::uint32_t id = 2166136261U;
  for (const std::uint8_t byte : peer_of(guid)) id = (id ^ byte) * 16777619U;
  return id;
}

// Each costs 16 bytes of what discovery carries about the reader.
constexpr std::size_t kMostRefused = 64;

}  // namespace

Status DdsWriter::open(fdds::Publisher& publisher, fdds::Topic& topic, const fdds::DataWriterQos& qos) {
  publisher_ = &publisher;
  topic_ = &topic;
  qos_ = qos;
  announcements_.add(*this);
  writer_ = publisher.create_datawriter(&topic, qos, this);
  if (writer_ != nullptr) return ok();
  return error(ErrorCode::kUnavailable, "Fast DDS cannot create a writer for '{}'", topic.get_name());
}

DdsWriter::~DdsWriter() {
  announcements_.remove(*this);
  if (replacing_.joinable()) replacing_.join();
  if (writer_ != nullptr) publisher_->delete_datawriter(writer_);  // waits for callbacks under way
}

Status DdsWriter::write(const SampleHeader& header, std::span<const std::byte> body) {
  OutgoingFrame frame{&header, body};
  const std::lock_guard lock(writing_);
  if (writer_->write(&frame)) {
    failures_ = 0;
    unsent_.reset();
    return ok();
  }
  note_failure(frame);
  return error(ErrorCode::kUnavailable, "Fast DDS refused a message of {} bytes", body.size());
}

void DdsWriter::note_failure(const OutgoingFrame& frame) {
  constexpr int kMostFailures = 8;
  if (is_latched_) unsent_.emplace(*frame.header, std::vector<std::byte>(frame.body.begin(), frame.body.end()));
  if (++failures_ < kMostFailures || is_replacing_.exchange(true)) return;
  replacing_ = std::jthread([this] { replace(); });
}

/// On a thread of its own: making and ending a writer takes milliseconds.
void DdsWriter::replace() {
  leave_realtime();
  fdds::DataWriter* made = publisher_->create_datawriter(topic_, qos_, this);
  if (made != nullptr) {
    {
      const std::lock_guard lock(writing_);
      std::swap(writer_, made);
      if (unsent_) {
        OutgoingFrame frame{&unsent_->first, unsent_->second};
        if (writer_->write(&frame)) unsent_.reset();
      }
    }
    publisher_->delete_datawriter(made);
  }
  {
    const std::lock_guard lock(writing_);
    failures_ = 0;
  }
  is_replacing_ = false;
}

void DdsWriter::on_publication_matched(fdds::DataWriter* writer, const fdds::PublicationMatchedStatus& status) {
  const Guid reader = rtps::iHandle2GUID(status.last_subscription_handle);
  if (reader.guidPrefix == writer->guid().guidPrefix) return;
  const std::lock_guard lock(mutex_);
  if (status.current_count_change > 0)
    readers_[reader] = {writer->guid(), reads_ring_of(announcements_.of(reader), writer->guid())};
  if (status.current_count_change < 0) readers_.erase(reader);
  count();
}

void DdsWriter::on_change(const Guid& endpoint) {
  const std::lock_guard lock(mutex_);
  const auto found = readers_.find(endpoint);
  if (found == readers_.end()) return;
  found->second.reads_ring = reads_ring_of(announcements_.of(endpoint), found->second.writer);
  count();
}

void DdsWriter::count() {
  const auto by_ring =
      std::count_if(readers_.begin(), readers_.end(), [](const auto& entry) { return entry.second.reads_ring; });
  ring_readers_ = static_cast<std::size_t>(by_ring);
  network_readers_ = readers_.size() - ring_readers_;
}

Status DdsReader::open(fdds::Subscriber& subscriber, fdds::Topic& topic, fdds::DataReaderQos qos) {
  subscriber_ = &subscriber;
  expected_ = {topic.get_name(), topic.get_type_name(), subscriber.get_qos().partition().names()};
  announcements_.add(*this);
  qos.user_data().setValue(ring_reader_tag());
  reader_ = subscriber.create_datareader(&topic, qos, this);
  is_open_ = true;
  is_open_.notify_all();
  if (reader_ != nullptr) return ok();
  return error(ErrorCode::kUnavailable, "Fast DDS cannot create a reader for '{}'", topic.get_name());
}

DdsReader::~DdsReader() {
  announcements_.remove(*this);
  std::jthread asking;
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
    asking.swap(asking_);
  }
  if (asking.joinable()) asking.join();  // not under the lock: it waits for callbacks, and they for the lock
  if (reader_ != nullptr) subscriber_->delete_datareader(reader_);  // waits for callbacks under way
}

void DdsReader::on_subscription_matched(fdds::DataReader* reader, const fdds::SubscriptionMatchedStatus& status) {
  const Guid writer = rtps::iHandle2GUID(status.last_publication_handle);
  if (writer.guidPrefix == reader->guid().guidPrefix) return;
  if (status.current_count_change < 0) {
    verdicts_.forget(writer);
    {
      const std::lock_guard lock(mutex_);
      refused_.erase(writer);
    }
    return events_.on_writer_gone(peer_of(writer));
  }
  const Octets said = announcements_.of(writer);
  const RingVerdict verdict = events_.on_writer(peer_of(writer), std::as_bytes(std::span(said)));
  verdicts_.settle(writer, verdict);
  if (verdict == RingVerdict::kRefused) refuse(writer);
}

/// The writer is to use the network for this reader; other writers go on with their rings.
void DdsReader::refuse(const Guid& writer) {
  const std::lock_guard lock(mutex_);
  if (is_closing_) return;
  if (refused_.size() == kMostRefused) {
    if (events_.on_problem)
      events_.on_problem(fmt::format(
          "more than {} writers whose shared memory cannot be read: the messages of the last one do not come",
          kMostRefused));
    return;
  }
  refused_.insert(writer);
  is_refusal_new_ = true;
  if (std::exchange(is_asking_, true)) return;
  asking_ = std::jthread([this] { ask_for_network(); });  // (one before it has nothing left to do)
}

/// Fast DDS never matches writer and reader of different types, and says nothing.
void DdsReader::on_writer(const Announcements::WriterInfo& writer) {
  const bool is_of_topic = writer.topic == expected_.topic && writer.partitions == expected_.partitions;
  if (!is_of_topic || writer.type == expected_.type || !events_.on_problem) return;
  events_.on_problem(
      fmt::format("somebody writes it as {}, not {}: those messages do not come", writer.type, expected_.type));
}

/// Names the writers whose rings it does not read. Not from a callback of Fast DDS, which holds locks that set_qos()
/// needs; writers may match while the reader is still being created.
void DdsReader::ask_for_network() {
  is_open_.wait(false);
  while (true) {
    Octets said;
    {
      const std::lock_guard lock(mutex_);
      is_asking_ = is_refusal_new_ && !is_closing_ && reader_ != nullptr;
      if (!is_asking_) return;
      is_refusal_new_ = false;
      said = ring_reader_tag(refused_);
    }
    fdds::DataReaderQos qos = reader_->get_qos();
    qos.user_data().setValue(said);
    reader_->set_qos(qos);
  }
}

/// Fast DDS does not match them, and says it here only.
void DdsReader::on_requested_incompatible_qos(fdds::DataReader*, const fdds::RequestedIncompatibleQosStatus& status) {
  if (!events_.on_problem) return;
  const auto what = [&]() -> std::string {
    switch (status.last_policy_id) {
      case fdds::RELIABILITY_QOS_POLICY_ID: return "it offers best effort, reliable is asked for";
      case fdds::DURABILITY_QOS_POLICY_ID:
        return "it keeps no value for late readers (volatile), transient local is asked for";
      default: return fmt::format("policy {} of the DDS standard", static_cast<int>(status.last_policy_id));
    }
  };
  events_.on_problem(fmt::format("a writer's QoS does not fit: {}: its messages do not come", what()));
}

void DdsReader::on_data_available(fdds::DataReader* source) {
  IncomingFrame frame;
  fdds::SampleInfo info;
  while (source->take_next_sample(&frame, &info) == ReturnCode_t::RETCODE_OK) {
    const Guid& writer = info.sample_identity.writer_guid();
    const bool is_own = writer.guidPrefix == source->guid().guidPrefix;
    if (!info.valid_data || frame.bytes == nullptr || is_own) continue;
    NetworkFrame arrived{std::move(frame.bytes), from_ns(info.source_timestamp.to_ns()),
                         info.sample_identity.sequence_number().to64long(), writer_number(writer)};
    verdicts_.pass(writer, std::move(arrived));
  }
}

}  // namespace ocelli::dds
