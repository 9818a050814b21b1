#include "ocelli/middleware/dds/announcements.hpp"

#include <algorithm>
#include <string_view>

#include "ocelli/middleware/bus/ring_address.hpp"

namespace ocelli::dds {

namespace rtps = eprosima::fastrtps::rtps;

Octets to_octets(std::span<const std::byte> bytes) {
  Octets octets(bytes.size());
  std::transform(bytes.begin(), bytes.end(), octets.begin(),
                 [](std::byte b) { return std::to_integer<rtps::octet>(b); });
  return octets;
}

Octets ring_reader_tag() {
  constexpr std::string_view kMark = "oclread1";
  Octets octets(kMark.begin(), kMark.end());
  const Octets host = to_octets(this_host());
  octets.insert(octets.end(), host.begin(), host.end());
  return octets;
}

void Announcements::add(Observer& observer) {
  const std::lock_guard lock(observing_);
  observers_.insert(&observer);
}

void Announcements::remove(Observer& observer) {
  const std::lock_guard lock(observing_);
  observers_.erase(&observer);
}

Octets Announcements::of(const Guid& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = said_.find(endpoint);
  return found == said_.end() ? Octets{} : found->second;
}

void Announcements::note(const Guid& endpoint, const Octets* said) {
  {
    const std::lock_guard lock(mutex_);
    if (said == nullptr) {
      said_.erase(endpoint);
      return;
    }
    said_[endpoint] = *said;
  }
  const std::lock_guard lock(observing_);
  for (Observer* observer : observers_) observer->on_change(endpoint);
}

void Announcements::on_publisher_discovery(eprosima::fastdds::dds::DomainParticipant*,
                                           rtps::WriterDiscoveryInfo&& info) {
  const bool is_gone = info.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER;
  note(info.info.guid(), is_gone ? nullptr : &info.info.m_qos.m_userData.data_vec());
}

void Announcements::on_subscriber_discovery(eprosima::fastdds::dds::DomainParticipant*,
                                            rtps::ReaderDiscoveryInfo&& info) {
  const bool is_gone = info.status == rtps::ReaderDiscoveryInfo::REMOVED_READER;
  note(info.info.guid(), is_gone ? nullptr : &info.info.m_qos.m_userData.data_vec());
}

}  // namespace ocelli::dds
