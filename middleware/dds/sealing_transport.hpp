#pragma once
// A transport of Fast DDS that seals what is sent and hands on what may be believed. Private to middleware/dds.

#include <fastdds/rtps/transport/ChainingTransportDescriptor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ocelli::dds {

/// Packets that were not believed: told at the first, the tenth, the hundredth.
class Refusals {
 public:
  void on_problem(std::function<void(const std::string&)> report);
  void count();

 private:
  std::mutex mutex_;
  std::function<void(const std::string&)> report_;
  std::uint64_t packets_ = 0;
  std::uint64_t told_at_ = 1;
};

[[nodiscard]] std::shared_ptr<eprosima::fastdds::rtps::TransportDescriptorInterface> sealing(
    std::shared_ptr<eprosima::fastdds::rtps::TransportDescriptorInterface> transport,
    std::shared_ptr<Refusals> refusals);

}  // namespace ocelli::dds
