#include "ocelli/middleware/node/shell.hpp"

#include <gtest/gtest.h>

namespace ocelli::node {
namespace {

/// A message in shared memory whose writer overtakes its reader at will.
class OvertakenBuffer final : public Buffer {
 public:
  explicit OvertakenBuffer(const bool& is_overtaken) : Buffer(bytes_, sizeof(bytes_)), is_overtaken_(is_overtaken) {}
  [[nodiscard]] bool is_intact() const override { return !is_overtaken_; }

 private:
  const bool& is_overtaken_;
  std::byte bytes_[8] = {};
};

struct Echo {
  static constexpr std::string_view kName = "echo";
  struct In {
    Trigger<topics::EgoMotion> ego;
    Latest<topics::VehicleState, 1000> wheels;
  };
  struct Out {
    Port<topics::Tracks> tracks;
  };
  Status step(const In& in, Out& out) {
    had_wheels = static_cast<bool>(in.wheels);
    if (overtake_during_step != nullptr) *overtake_during_step = true;
    out.tracks.publish({});
    return ok();
  }
  static inline bool* overtake_during_step = nullptr;
  static inline bool had_wheels = false;
};

template <class Tag>
Received received(const bool& is_overtaken) {
  auto sample = std::make_shared<Sample>();
  sample->kind = &topics::kind_of<Tag>();
  sample->header.sequence = 3;
  sample->header.sensed_at_ns = 1000;
  sample->value = std::make_shared<const typename Tag::Type>();
  sample->cdr = std::make_shared<const OvertakenBuffer>(is_overtaken);
  return {std::move(sample), from_ns(1000), Integrity::kTrusted, 0};
}

struct Shell {
  std::unique_ptr<NodeShell> shell = std::move(*NodeShell::create("echo", erase(Echo{}), {}));
  std::vector<Observation> seen;
  std::vector<Outgoing> run(const SamplePtr& trigger) {
    Activation activation = shell->begin(trigger, from_ns(2000));
    shell->run(activation);
    return shell->finish(activation, from_ns(3000), [this](const Observation& o) { seen.push_back(o); });
  }
  SamplePtr accept(std::size_t input, const Received& message) {
    return shell->accept(input, message, [this](const Observation& o) { seen.push_back(o); });
  }
};

TEST(NodeShellRings, DropsTheResultOfAStepWhoseInputWasOverwritten) {
  Shell shell;
  bool is_overtaken = false;
  Echo::overtake_during_step = &is_overtaken;
  const SamplePtr trigger = shell.accept(0, received<topics::EgoMotion>(is_overtaken));
  ASSERT_NE(trigger, nullptr);
  EXPECT_TRUE(shell.run(trigger).empty());
  EXPECT_EQ(shell.seen.back().status, ObservationStatus::kFailed);
  EXPECT_EQ(shell.shell->take_problems().at(0),
            "step failed: ego_motion #3 was overwritten in its ring while the step ran");
  Echo::overtake_during_step = nullptr;
}

TEST(NodeShellRings, AnInputThatWasOverwrittenBeforeTheStepIsMissing) {
  Shell shell;
  bool is_overtaken = false;
  const bool is_never = false;
  shell.accept(1, received<topics::VehicleState>(is_overtaken));
  is_overtaken = true;
  const auto outgoing = shell.run(shell.accept(0, received<topics::EgoMotion>(is_never)));
  EXPECT_FALSE(Echo::had_wheels);
  ASSERT_EQ(outgoing.size(), 1U);
  EXPECT_EQ(outgoing[0].info.flags, SampleHeader::kDegraded);
}

}  // namespace
}  // namespace ocelli::node
