// Cyclone DDS as delivered: UDP over the loopback. The type comes from idlc, so this file sees no header of Ocelli's
// own generated messages (they have the same names).
#include <dds/dds.h>

#include <cstdlib>
#include <thread>

#include "ocelli/tests/bench/bus/harness.hpp"
#include "ros2_sensor.h"

namespace ocelli::bench {
namespace {

struct Participant {
  explicit Participant(const Job& job) {
    ::setenv("CYCLONEDDS_URI",
             "<General><Interfaces><NetworkInterface name='lo' multicast='true'/></Interfaces></General>", 1);
    participant = dds_create_participant(78, nullptr, nullptr);
    topic = dds_create_topic(participant, &sensor_msgs_msg_CompressedImage_desc, ("bench" + job.channel).c_str(),
                             nullptr, nullptr);
    qos = dds_create_qos();
    dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
    dds_qset_history(qos, DDS_HISTORY_KEEP_LAST, 8);
    if (participant < 0 || topic < 0) std::abort();
  }
  ~Participant() {
    dds_delete_qos(qos);
    dds_delete(participant);
  }
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;
  dds_entity_t participant = 0;
  dds_entity_t topic = 0;
  dds_qos_t* qos = nullptr;
};

struct CycloneSender final : Sender {
  explicit CycloneSender(const Job& job) : peer(job), own(job.size) {
    writer = dds_create_writer(peer.participant, peer.topic, peer.qos, nullptr);
  }
  void wait_for_readers(int count) override {
    dds_publication_matched_status_t status{};
    for (int i = 0; i < 500 && status.current_count < static_cast<std::uint32_t>(count); ++i) {
      dds_get_publication_matched_status(writer, &status);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  std::span<std::byte> loan() override { return own; }
  void publish() override {
    char empty[] = "";
    sensor_msgs_msg_CompressedImage message{};
    message.header.frame_id = empty;
    message.format = empty;
    message.data._buffer = reinterpret_cast<std::uint8_t*>(own.data());
    message.data._length = message.data._maximum = static_cast<std::uint32_t>(own.size());
    dds_write(writer, &message);
  }
  Participant peer;
  std::vector<std::byte> own;
  dds_entity_t writer = 0;
};

struct CycloneReceiver final : Receiver {
  explicit CycloneReceiver(const Job& job) : peer(job) {
    reader = dds_create_reader(peer.participant, peer.topic, peer.qos, nullptr);
    dds_set_status_mask(reader, DDS_DATA_AVAILABLE_STATUS);
    wait_set = dds_create_waitset(peer.participant);
    dds_waitset_attach(wait_set, reader, 0);
  }
  void run(const std::function<bool(std::span<const std::byte>)>& on_message) override {
    while (dds_waitset_wait(wait_set, nullptr, 0, DDS_SECS(3)) > 0) {
      void* samples[1] = {nullptr};
      dds_sample_info_t info;
      while (dds_take(reader, samples, &info, 1, 1) == 1) {
        const auto& data = static_cast<const sensor_msgs_msg_CompressedImage*>(samples[0])->data;
        const bool goes_on =
            !info.valid_data || on_message({reinterpret_cast<const std::byte*>(data._buffer), data._length});
        dds_return_loan(reader, samples, 1);
        if (!goes_on) return;
      }
    }
  }
  Participant peer;
  dds_entity_t reader = 0;
  dds_entity_t wait_set = 0;
};

class Cyclone final : public Transport {
 public:
  [[nodiscard]] std::string name() const override { return "Cyclone DDS as delivered"; }
  std::unique_ptr<Sender> open_sender(const Job& job) override { return std::make_unique<CycloneSender>(job); }
  std::unique_ptr<Receiver> open_receiver(const Job& job, int) override {
    return std::make_unique<CycloneReceiver>(job);
  }
};

}  // namespace

std::vector<std::unique_ptr<Transport>> cyclone_transports() {
  std::vector<std::unique_ptr<Transport>> all;
  all.push_back(std::make_unique<Cyclone>());
  return all;
}

}  // namespace ocelli::bench
