#include "ocelli/launch/report/load.hpp"

#include "ocelli/launch/report/message_collector.hpp"
#include "ocelli/launch/report/picture.hpp"
#include "ocelli/middleware/log/recording.hpp"

namespace ocelli::report {
namespace {

/// More damaged stretches than this are counted, not listed.
constexpr std::size_t kMaxNotes = 20;

void read_messages(const log::Recording& recording, MessageCollector& collector, RunData& run,
                   const LoadProgress& progress) {
  const double total_s = to_seconds(run.end - run.begin);
  log::RecordingCursor cursor = recording.messages();
  std::size_t damaged = 0, count = 0;
  while (true) {
    auto next = cursor.next();
    if (!next.has_value()) {
      if (++damaged <= kMaxNotes) run.notes.push_back("recording: " + next.error().message);
      continue;
    }
    if (!*next) break;
    collector.add(**next);
    if (progress && ++count % 256 == 0) progress(to_seconds((*next)->log_time - run.begin), total_s);
  }
  if (damaged > kMaxNotes)
    run.notes.push_back(fmt::format("recording: {} more damaged stretches", damaged - kMaxNotes));
}

/// The image message of that topic and time.
Result<log::RecordedMessage> find_message(const log::Recording& recording, const PictureRecord& picture) {
  log::McapQuery query;
  query.begin = picture.log_time;
  query.end = picture.log_time + 1ns;
  query.topics = std::vector{recording.topics()[picture.topic].name};
  log::RecordingCursor cursor = recording.messages(query);
  while (true) {
    OCELLI_ASSIGN(auto message, cursor.next());
    if (!message) return error(ErrorCode::kNotFound, "the picture at {} ns is gone", to_ns(picture.log_time));
    if (message->topic == picture.topic) return std::move(*message);
  }
}

Result<CameraShot> make_shot(const log::Recording& recording, const MessageCollector& collector, const RunData& run) {
  OCELLI_ASSIGN(ChosenPicture chosen, choose_picture(run, recording.topics(), collector));
  OCELLI_ASSIGN(const log::RecordedMessage message, find_message(recording, chosen.record));
  OCELLI_TRY(encode_picture(message.body, chosen.shot));
  return std::move(chosen.shot);
}

}  // namespace

Result<RunData> load_run(const std::filesystem::path& folder, const LoadProgress& progress) {
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure))
    return error(ErrorCode::kNotFound, "{}: no such folder: expected the folder of a finished run with {} and {}",
                 folder.string(), kRunFile, kRecordingFile);
  RunData run;
  OCELLI_ASSIGN(run.info, read_run_info(folder / kRunFile));
  OCELLI_ASSIGN(const log::Recording recording, log::Recording::open(folder / kRecordingFile));
  if (recording.mcap().is_recovered()) {
    run.notes.emplace_back("the recording was not closed or is damaged: it was read as far as it goes");
    for (const std::string& problem : recording.mcap().problems())
      if (run.notes.size() < kMaxNotes) run.notes.push_back("recording: " + problem);
  }
  const auto range = recording.range();
  if (!range) run.notes.emplace_back("the recording holds no message");
  if (range) run.begin = range->begin, run.end = range->end;
  MessageCollector collector(recording.topics(), run);
  read_messages(recording, collector, run, progress);
  collector.finish();
  auto shot = make_shot(recording, collector, run);
  if (shot.has_value())
    run.shot = std::move(*shot);
  else
    run.no_shot_reason = shot.error().message;
  return run;
}

}  // namespace ocelli::report
