#pragma once
// What the endpoints of other processes said of themselves in their discovery user data. Private to middleware/dds.

#include <fastdds/dds/domain/DomainParticipantListener.hpp>
#include <fastdds/rtps/common/Guid.h>

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace ocelli::dds {

using Octets = std::vector<eprosima::fastrtps::rtps::octet>;
[[nodiscard]] Octets to_octets(std::span<const std::byte> bytes);

using Guid = eprosima::fastrtps::rtps::GUID_t;

/// What a reader of this host that reads rings says of itself: all but those of the writers `refused`.
[[nodiscard]] Octets ring_reader_tag(const std::set<Guid>& refused = {});
[[nodiscard]] bool reads_rings(const Octets& said);
[[nodiscard]] bool reads_ring_of(const Octets& said, const Guid& writer);

class Announcements final : public eprosima::fastdds::dds::DomainParticipantListener {
 public:
  struct WriterInfo {
    std::string topic;
    std::string type;
    std::vector<std::string> partitions;
  };

  /// Told when an endpoint changed what it says, and of every writer once.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void on_change(const Guid&) {}
    virtual void on_writer(const WriterInfo&) {}
  };
  /// Tells it of the writers that are known already.
  void add(Observer& observer);
  /// Returns when no call of the observer is under way.
  void remove(Observer& observer);

  /// Empty when the endpoint is not known or said nothing.
  [[nodiscard]] Octets of(const Guid& endpoint) const;

  void on_publisher_discovery(eprosima::fastdds::dds::DomainParticipant* participant,
                              eprosima::fastrtps::rtps::WriterDiscoveryInfo&& info) override;
  void on_subscriber_discovery(eprosima::fastdds::dds::DomainParticipant* participant,
                               eprosima::fastrtps::rtps::ReaderDiscoveryInfo&& info) override;

 private:
  struct Endpoint {
    Octets said;
    std::optional<WriterInfo> writer;
  };
  void note(const Guid& guid, bool is_gone, Endpoint endpoint);

  mutable std::mutex mutex_;  // guards endpoints_
  std::map<Guid, Endpoint> endpoints_;
  std::mutex observing_;  // guards observers_
  std::set<Observer*> observers_;
};

}  // namespace ocelli::dds
