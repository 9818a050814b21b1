#pragma once
// The writer and the reader of lane 3. Private to middleware/dds.

#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/DataWriterListener.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ocelli/middleware/bus/network_lane.hpp"
#include "ocelli/middleware/dds/announcements.hpp"
#include "ocelli/middleware/dds/frame_type.hpp"
#include "ocelli/middleware/dds/writer_verdicts.hpp"

namespace ocelli::dds {

/// Replaces its Fast DDS writer when that refuses message after message: one can jam for good (reference: Fast-DDS
/// issue 6361). The new one is announced before the old one goes, so readers of the ring notice nothing.
class DdsWriter final : public NetworkWriter,
                        public eprosima::fastdds::dds::DataWriterListener,
                        public Announcements::Observer {
 public:
  DdsWriter(Announcements& announcements, bool is_latched) : announcements_(announcements), is_latched_(is_latched) {}
  ~DdsWriter() override;
  Status open(eprosima::fastdds::dds::Publisher& publisher, eprosima::fastdds::dds::Topic& topic,
              const eprosima::fastdds::dds::DataWriterQos& qos);

  [[nodiscard]] bool is_wanted() const override { return is_latched_ || network_readers_ > 0; }
  [[nodiscard]] std::size_t readers() const override { return network_readers_ + ring_readers_; }
  [[nodiscard]] std::size_t ring_readers() const override { return ring_readers_; }
  Status write(const SampleHeader& header, std::span<const std::byte> body) override;

  void on_publication_matched(eprosima::fastdds::dds::DataWriter* writer,
                              const eprosima::fastdds::dds::PublicationMatchedStatus& status) override;
  void on_change(const Guid& endpoint) override;

 private:
  void count();
  void note_failure(const OutgoingFrame& frame);
  void replace();

  Announcements& announcements_;
  const bool is_latched_;
  eprosima::fastdds::dds::Publisher* publisher_ = nullptr;
  eprosima::fastdds::dds::Topic* topic_ = nullptr;
  eprosima::fastdds::dds::DataWriterQos qos_;
  std::mutex writing_;  // guards what follows; held by the publisher while it writes, else for moments
  eprosima::fastdds::dds::DataWriter* writer_ = nullptr;
  int failures_ = 0;                                                       // in a row
  std::optional<std::pair<SampleHeader, std::vector<std::byte>>> unsent_;  // the newest value of a latched topic
  std::atomic<bool> is_replacing_ = false;
  std::jthread replacing_;
  std::mutex mutex_;
  struct RemoteReader {
    Guid writer;  // ours that it was matched with last
    bool reads_ring = false;
  };
  std::map<Guid, RemoteReader> readers_;  // in other processes
  std::atomic<std::size_t> ring_readers_ = 0;
  std::atomic<std::size_t> network_readers_ = 0;
};

class DdsReader final : public NetworkReader,
                        public eprosima::fastdds::dds::DataReaderListener,
                        public Announcements::Observer {
 public:
  DdsReader(Announcements& announcements, ReaderEvents events)
      : announcements_(announcements), events_(std::move(events)), verdicts_(events_.on_frame) {}
  ~DdsReader() override;
  /// Adds to the QoS what the reader says of itself.
  Status open(eprosima::fastdds::dds::Subscriber& subscriber, eprosima::fastdds::dds::Topic& topic,
              eprosima::fastdds::dds::DataReaderQos qos);

  [[nodiscard]] std::size_t writers() const override { return verdicts_.size(); }

  void on_subscription_matched(eprosima::fastdds::dds::DataReader* reader,
                               const eprosima::fastdds::dds::SubscriptionMatchedStatus& status) override;
  void on_data_available(eprosima::fastdds::dds::DataReader* reader) override;
  void on_requested_incompatible_qos(eprosima::fastdds::dds::DataReader* reader,
                                     const eprosima::fastdds::dds::RequestedIncompatibleQosStatus& status) override;
  void on_writer(const Announcements::WriterInfo& writer) override;

 private:
  void refuse(const Guid& writer);
  void ask_for_network();

  Announcements& announcements_;
  const ReaderEvents events_;
  eprosima::fastdds::dds::DataReader* reader_ = nullptr;
  eprosima::fastdds::dds::Subscriber* subscriber_ = nullptr;
  Announcements::WriterInfo expected_;
  WriterVerdicts verdicts_;            // of writers in other processes
  std::atomic<bool> is_open_ = false;  // or could not be opened
  std::mutex mutex_;                   // guards what follows
  bool is_closing_ = false;
  std::set<Guid> refused_;  // writers whose rings cannot be read: those are to use the network
  bool is_refusal_new_ = false;
  bool is_asking_ = false;
  std::jthread asking_;
};

}  // namespace ocelli::dds
