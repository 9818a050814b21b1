#include "ocelli/middleware/dds/announcements.hpp"

#include <algorithm>
#include <array>
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

namespace {

constexpr std::size_t kGuidBytes = rtps::GuidPrefix_t::size + rtps::EntityId_t::size;

std::array<rtps::octet, kGuidBytes> octets_of(const Guid& guid) {
  std::array<rtps::octet, kGuidBytes> octets{};
  std::copy_n(guid.guidPrefix.value, rtps::GuidPrefix_t::size, octets.begin());
  std::copy_n(guid.entityId.value, rtps::EntityId_t::size, octets.begin() + rtps::GuidPrefix_t::size);
  return octets;
}

}  // namespace

Octets ring_reader_tag(const std::set<Guid>& refused) {
  constexpr std::string_view kMark = "oclread1";
  Octets octets(kMark.begin(), kMark.end());
  const Octets host = to_octets(this_host());
  octets.insert(octets.end(), host.begin(), host.end());
  for (const Guid& writer : refused) {
    const auto guid = octets_of(writer);
    octets.insert(octets.end(), guid.begin(), guid.end());
  }
  return octets;
}

bool reads_rings(const Octets& said) {
  const Octets tag = ring_reader_tag();
  return said.size() >= tag.size() && std::equal(tag.begin(), tag.end(), said.begin());
}

bool reads_ring_of(const Octets& said, const Guid& writer) {
  if (!reads_rings(said)) return false;
  const auto guid = octets_of(writer);
  for (std::size_t at = ring_reader_tag().size(); at + kGuidBytes <= said.size(); at += kGuidBytes)
    if (std::equal(guid.begin(), guid.end(), said.begin() + static_cast<std::ptrdiff_t>(at))) return false;
  return true;
}

void Announcements::add(Observer& observer) {
  const std::lock_guard lock(observing_);
  observers_.insert(&observer);
  std::vector<WriterInfo> writers;
  {
    const std::lock_guard reading(mutex_);
    for (const auto& [guid, endpoint] : endpoints_)
      if (endpoint.writer) writers.push_back(*endpoint.writer);
  }
  for (const WriterInfo& writer : writers) observer.on_writer(writer);
}

void Announcements::remove(Observer& observer) {
  const std::lock_guard lock(observing_);
  observers_.erase(&observer);
}

Octets Announcements::of(const Guid& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = endpoints_.find(endpoint);
  return found == endpoints_.end() ? Octets{} : found->second.said;
}

void Announcements::note(const Guid& guid, bool is_gone, Endpoint endpoint) {
  const std::lock_guard observing(observing_);
  bool is_new_writer = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_gone) {
      endpoints_.erase(guid);
      return;
    }
    is_new_writer = endpoint.writer && !endpoints_.contains(guid);
    endpoints_[guid] = endpoint;
  }
  for (Observer* observer : observers_) {
    observer->on_change(guid);
    if (is_new_writer) observer->on_writer(*endpoint.writer);
  }
}

void Announcements::on_publisher_discovery(eprosima::fastdds::dds::DomainParticipant*,
                                           rtps::WriterDiscoveryInfo&& info) {
  note(info.info.guid(), info.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER,
       {info.info.m_qos.m_userData.data_vec(),
        WriterInfo{info.info.topicName().to_string(), info.info.typeName().to_string(),
                   info.info.m_qos.m_partition.names()}});
}

void Announcements::on_subscriber_discovery(eprosima::fastdds::dds::DomainParticipant*,
                                            rtps::ReaderDiscoveryInfo&& info) {
  note(info.info.guid(), info.status == rtps::ReaderDiscoveryInfo::REMOVED_READER,
       {info.info.m_qos.m_userData.data_vec(), std::nullopt});
}

}  // namespace ocelli::dds
