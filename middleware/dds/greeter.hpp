#pragma once
// Sends an empty message of its own topic to every participant that appears, on a thread of its own. The first message
// between two processes makes Fast DDS open a shared-memory port, and its check that the port's listeners live sleeps
// in steps of 333 ms (a third of healthy_check_timeout_ms) when somebody else has just done the same check. Without the
// greeting the publisher of the first real message would sleep there. Private to middleware/dds.

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/DataWriterListener.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>

#include <atomic>
#include <thread>

#include "ocelli/middleware/bus/signal.hpp"
#include "ocelli/middleware/core/result.hpp"

namespace ocelli::dds {

class Greeter final : public eprosima::fastdds::dds::DataWriterListener {
 public:
  Greeter() = default;
  /// Ends the thread; the DDS entities go with their participant, which must outlive the greeter.
  ~Greeter() override;

  /// Creates topic, writer and reader, and starts to greet. Once.
  Status start(eprosima::fastdds::dds::DomainParticipant& participant, eprosima::fastdds::dds::Publisher& publisher,
               eprosima::fastdds::dds::Subscriber& subscriber);

  void on_publication_matched(eprosima::fastdds::dds::DataWriter* writer,
                              const eprosima::fastdds::dds::PublicationMatchedStatus& status) override;

 private:
  void run();

  eprosima::fastdds::dds::Publisher* publisher_ = nullptr;
  eprosima::fastdds::dds::DataWriter* writer_ = nullptr;
  Signal signal_;
  std::atomic<int> arrivals_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace ocelli::dds
