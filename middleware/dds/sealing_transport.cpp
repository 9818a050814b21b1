#include "ocelli/middleware/dds/sealing_transport.hpp"

#include <fastdds/rtps/transport/ChainingTransport.h>
#include <fastdds/rtps/transport/TransportReceiverInterface.h>

#include <fmt/format.h>

#include <vector>

#include "ocelli/middleware/dds/seal.hpp"

namespace ocelli::dds {
namespace {

namespace transports = eprosima::fastdds::rtps;
namespace rtps = eprosima::fastrtps::rtps;

struct SealingDescriptor final : transports::ChainingTransportDescriptor {
  SealingDescriptor(std::shared_ptr<transports::TransportDescriptorInterface> lower, std::shared_ptr<Refusals> told)
      : ChainingTransportDescriptor(std::move(lower)), refusals(std::move(told)) {}

  [[nodiscard]] transports::TransportInterface* create_transport() const override;
  [[nodiscard]] std::uint32_t max_message_size() const override {
    return ChainingTransportDescriptor::max_message_size() - kSealBytes;
  }

  std::shared_ptr<Refusals> refusals;
};

class SealingTransport final : public transports::ChainingTransport {
 public:
  explicit SealingTransport(const SealingDescriptor& descriptor)
      : ChainingTransport(descriptor), descriptor_(descriptor) {}

  transports::TransportDescriptorInterface* get_configuration() override { return &descriptor_; }

  bool send(rtps::SenderResource* lower, const rtps::octet* bytes, std::uint32_t size, rtps::LocatorsIterator* first,
            rtps::LocatorsIterator* last, const std::chrono::steady_clock::time_point& until) override {
    thread_local std::vector<rtps::octet> sealed;
    seal({bytes, size}, sealed);
    return lower->send(sealed.data(), static_cast<std::uint32_t>(sealed.size()), first, last, until);
  }

  void receive(transports::TransportReceiverInterface* receiver, const rtps::octet* bytes, std::uint32_t size,
               const rtps::Locator_t& local, const rtps::Locator_t& remote) override {
    const auto believed = believable({bytes, size});
    if (believed)
      receiver->OnDataReceived(bytes, static_cast<std::uint32_t>(believed->size()), local, remote);
    else
      descriptor_.refusals->count();
  }

 private:
  SealingDescriptor descriptor_;
};

transports::TransportInterface* SealingDescriptor::create_transport() const {
  return new SealingTransport(*this);  // Fast DDS deletes it
}

}  // namespace

std::shared_ptr<transports::TransportDescriptorInterface> sealing(
    std::shared_ptr<transports::TransportDescriptorInterface> transport, std::shared_ptr<Refusals> refusals) {
  return std::make_shared<SealingDescriptor>(std::move(transport), std::move(refusals));
}

void Refusals::on_problem(std::function<void(const std::string&)> report) {
  const std::lock_guard lock(mutex_);
  report_ = std::move(report);
}

void Refusals::count() {
  const std::lock_guard lock(mutex_);
  if (++packets_ < told_at_ || !report_) return;
  while (told_at_ <= packets_) told_at_ *= 10;
  report_(fmt::format(
      "DDS: refused packets: {}; they are no RTPS, or name a process of Ocelli as their sender without its seal",
      packets_));
}

}  // namespace ocelli::dds
