// iceoryx 2: zero-copy between processes through its daemon RouDi, which main.cpp starts. Listener and WaitSet.
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/popo/listener.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "ocelli/tests/bench/bus/harness.hpp"

namespace ocelli::bench {
namespace {

/// Service 0 carries the messages; a reader that waits for many has silent ones beside it.
iox::capro::ServiceDescription service(const Job& job, int index = 0) {
  const std::string event = index == 0 ? job.channel : job.channel + "s" + std::to_string(index);
  return {"Bench", "bus", iox::capro::IdString_t(iox::cxx::TruncateToCapacity, event)};
}

std::string name_prefix(const Job& job) { return "b" + job.channel; }

/// Programs of iceoryx that end without their static objects leave a lock and a socket there; ours do.
void remove_files_of(const Job& job) {
  std::error_code ignored;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp", ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_of_round = name.starts_with(name_prefix(job) + "r") || name.starts_with(name_prefix(job) + "w");
    if (is_of_round) files.push_back(entry.path());
  }
  for (const auto& file : files) std::filesystem::remove(file, ignored);
}

void join_roudi(const Job& job, const char* role, int index) {
  iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kOff,
                                                           iox::log::LogLevelOutput::kHideLogLevel);
  const std::string name = name_prefix(job) + role + std::to_string(index) + "-" + std::to_string(::getpid());
  iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name));
}

struct IceoryxSender final : Sender {
  IceoryxSender(const Job& job, int services) : publisher(service(job)), size(job.size) {
    for (int i = 1; i < services; ++i) silent.push_back(std::make_unique<iox::popo::UntypedPublisher>(service(job, i)));
  }
  void wait_for_readers(int) override {
    for (int i = 0; i < 500 && !publisher.hasSubscribers(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::span<std::byte> loan() override {
    chunk = nullptr;
    publisher.loan(static_cast<std::uint32_t>(size)).and_then([this](void*& payload) { chunk = payload; });
    if (chunk == nullptr) return {};
    return {static_cast<std::byte*>(chunk), size};
  }
  void publish() override { publisher.publish(chunk); }
  iox::popo::UntypedPublisher publisher;
  std::vector<std::unique_ptr<iox::popo::UntypedPublisher>> silent;
  std::size_t size;
  void* chunk = nullptr;
};

using OnMessage = std::function<bool(std::span<const std::byte>)>;

/// Takes all that is there; false when the reader has had enough.
bool drain(iox::popo::UntypedSubscriber& subscriber, std::size_t size, const OnMessage& on_message) {
  bool goes_on = true;
  bool has_more = true;
  while (goes_on && has_more) {
    has_more = false;
    subscriber.take().and_then([&](const void* payload) {
      has_more = true;
      goes_on = on_message({static_cast<const std::byte*>(payload), size});
      subscriber.release(payload);
    });
  }
  return goes_on;
}

struct ListenerReceiver final : Receiver {
  explicit ListenerReceiver(const Job& job) : subscriber(service(job)), size(job.size) {}
  void run(const OnMessage& message) override {
    on_message = &message;
    iox::popo::Listener listener;
    listener
        .attachEvent(subscriber, iox::popo::SubscriberEvent::DATA_RECEIVED,
                     iox::popo::createNotificationCallback(ListenerReceiver::on_data, *this))
        .or_else([](auto) { std::abort(); });
    for (int idle = 0; idle < 60 && !is_done; ++idle) {
      if (has_come.exchange(false)) idle = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    listener.detachEvent(subscriber, iox::popo::SubscriberEvent::DATA_RECEIVED);
  }
  static void on_data(iox::popo::UntypedSubscriber*, ListenerReceiver* self) {
    self->has_come = true;
    if (!self->is_done && !drain(self->subscriber, self->size, *self->on_message)) self->is_done = true;
  }
  iox::popo::UntypedSubscriber subscriber;
  std::size_t size;
  const OnMessage* on_message = nullptr;
  std::atomic<bool> is_done = false;
  std::atomic<bool> has_come = false;
};

struct WaitSetReceiver final : Receiver {
  WaitSetReceiver(const Job& job, int services) : size(job.size) {
    for (int i = 0; i < services; ++i) {
      subscribers.push_back(std::make_unique<iox::popo::UntypedSubscriber>(service(job, i)));
      wait_set.attachState(*subscribers.back(), iox::popo::SubscriberState::HAS_DATA).or_else([](auto) {
        std::abort();
      });
    }
  }
  void run(const OnMessage& on_message) override {
    for (;;) {
      const auto events = wait_set.timedWait(iox::units::Duration::fromSeconds(3));
      if (events.empty()) return;
      for (const auto& event : events)
        if (!drain(*event->getOrigin<iox::popo::UntypedSubscriber>(), size, on_message)) return;
    }
  }
  std::size_t size;
  std::vector<std::unique_ptr<iox::popo::UntypedSubscriber>> subscribers;
  iox::popo::WaitSet<> wait_set;
};

enum class Wait { kListener, kWaitSet, kWaitSetMany };

class Iceoryx final : public Transport {
 public:
  Iceoryx(std::string name, Wait wait) : name_(std::move(name)), wait_(wait) {}
  [[nodiscard]] std::string name() const override { return name_; }
  void clean_up(const Job& job) override { remove_files_of(job); }
  std::unique_ptr<Sender> open_sender(const Job& job) override {
    join_roudi(job, "w", 0);
    return std::make_unique<IceoryxSender>(job, services());
  }
  std::unique_ptr<Receiver> open_receiver(const Job& job, int index) override {
    join_roudi(job, "r", index);
    if (wait_ == Wait::kListener) return std::make_unique<ListenerReceiver>(job);
    return std::make_unique<WaitSetReceiver>(job, services());
  }

 private:
  [[nodiscard]] int services() const { return wait_ == Wait::kWaitSetMany ? kManyTopics : 1; }
  const std::string name_;
  const Wait wait_;
};

}  // namespace

std::vector<std::unique_ptr<Transport>> iceoryx_transports() {
  std::vector<std::unique_ptr<Transport>> all;
  all.push_back(std::make_unique<Iceoryx>("iceoryx listener", Wait::kListener));
  all.push_back(std::make_unique<Iceoryx>("iceoryx WaitSet", Wait::kWaitSet));
  all.push_back(std::make_unique<Iceoryx>("iceoryx WaitSet, 8 topics", Wait::kWaitSetMany));
  return all;
}

}  // namespace ocelli::bench
