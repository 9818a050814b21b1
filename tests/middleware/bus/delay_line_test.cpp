#include "ocelli/middleware/bus/delay_line.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

namespace ocelli {
namespace {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time{std::chrono::steady_clock::now().time_since_epoch()}; }
};

TEST(DelayLine, DeliversByDueTimeAndInOrderOfArrivalAmongEquals) {
  const SteadyClock clock;
  std::vector<int> order;
  std::promise<void> done;
  DelayLine line(clock);
  const Time now = clock.now();
  line.add(now + 40ms, [&] {
    order.push_back(4);
    done.set_value();
  });
  line.add(now + 20ms, [&] { order.push_back(2); });
  line.add(now + 20ms, [&] { order.push_back(3); });
  line.add(now, [&] { order.push_back(1); });
  done.get_future().wait();
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 4));
}

TEST(DelayLine, IsNeverEarly) {
  const SteadyClock clock;
  DelayLine line(clock);
  std::promise<Time> delivered;
  const Time due = clock.now() + 15ms;
  line.add(due, [&] { delivered.set_value(clock.now()); });
  EXPECT_GE(delivered.get_future().get(), due);
}

TEST(DelayLine, ADeliveryMayAddAnother) {
  const SteadyClock clock;
  DelayLine line(clock);
  std::promise<void> second;
  line.add(clock.now(), [&] { line.add(clock.now(), [&] { second.set_value(); }); });
  second.get_future().wait();
}

TEST(DelayLine, EndsAtOnceWithWhatIsStillPending) {
  const SteadyClock clock;
  std::atomic<bool> is_delivered = false;
  {
    DelayLine line(clock);
    line.add(clock.now() + 1h, [&] { is_delivered = true; });
  }
  EXPECT_FALSE(is_delivered);
}

}  // namespace
}  // namespace ocelli
