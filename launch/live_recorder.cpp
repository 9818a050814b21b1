#include "ocelli/launch/live_recorder.hpp"

#include "ocelli/launch/process.hpp"
#include "ocelli/middleware/core/log.hpp"
#include "ocelli/middleware/log/recording.hpp"

namespace ocelli::launch {
namespace {

constexpr Duration kIdleWait = 50ms;
constexpr Duration kFlushEvery = 1s;
constexpr std::size_t kBulkDepth = 32;  // messages that may wait while the disk syncs
constexpr std::size_t kSmallDepth = 4096;

class Recorder {
 public:
  static Result<Recorder> open(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, Signal& signal) {
    log::McapWriterOptions options;
    options.compression = log::Compression::kLz4;
    OCELLI_ASSIGN(auto writer, log::RecordingWriter::create(settings.out / "recording.mcap", options));
    Recorder recorder(std::move(writer));
    OCELLI_ASSIGN(const auto sources, source_topics(launch, settings.seed));
    OCELLI_ASSIGN(auto topics, launch.topics(sources));
    for (const topics::TopicKind& kind : topics::kTable)
      if (kind.name.starts_with("ocelli/")) topics.emplace(kind.name, &kind);
    for (const auto& [name, kind] : topics) {
      if (!launch.settings_of(name, *kind).is_recorded) continue;
      OCELLI_ASSIGN(auto subscription, bus.subscribe(*kind, name, &signal, kind->is_bulk ? kBulkDepth : kSmallDepth));
      recorder.inputs_.push_back({{name, kind}, std::move(subscription)});
    }
    return recorder;
  }

  /// Writes what has come; false when there was nothing.
  Result<bool> drain() {
    bool has_written = false;
    for (auto& [topic, subscription] : inputs_) {
      while (const auto received = subscription->take()) {
        OCELLI_TRY(writer_.write(topic, received->sample->header, cdr_of(*received->sample)->bytes(),
                                 received->integrity == Integrity::kCorrupt));
        has_written = true;
      }
    }
    return has_written;
  }

  Status flush() { return writer_.flush(); }

  Status close() {
    for (const auto& [topic, subscription] : inputs_)
      if (subscription->lost() > 0)
        spdlog::warn("{}: {} messages did not reach the recorder", topic.name, subscription->lost());
    OCELLI_TRY(writer_.close());
    spdlog::info("{} messages recorded", writer_.statistics().messages);
    return ok();
  }

 private:
  explicit Recorder(log::RecordingWriter writer) : writer_(std::move(writer)) {}
  struct Input {
    SourceTopic topic;
    std::shared_ptr<Subscription> subscription;
  };
  log::RecordingWriter writer_;
  std::vector<Input> inputs_;
};

}  // namespace

Status run_recorder(const LiveSettings& settings, const LaunchFile& launch, Bus& bus, int ready_fd) {
  Signal signal;
  OCELLI_ASSIGN(Recorder recorder, Recorder::open(settings, launch, bus, signal));
  report_ready(ready_fd);
  Time flushed = bus.clock().now();
  while (!stop_requested()) {
    OCELLI_ASSIGN(const bool has_written, recorder.drain());
    if (has_written && bus.clock().now() - flushed < kFlushEvery) continue;
    if (bus.clock().now() - flushed >= kFlushEvery) {
      OCELLI_TRY(recorder.flush());
      flushed = bus.clock().now();
    }
    if (!has_written) signal.wait_for(kIdleWait);
  }
  OCELLI_TRY(recorder.drain());
  return recorder.close();
}

}  // namespace ocelli::launch
