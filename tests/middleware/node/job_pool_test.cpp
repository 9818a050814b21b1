#include "ocelli/middleware/node/job_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace ocelli::node {
namespace {

TEST(JobPool, RunsEveryJobOnceInAnyConfiguration) {
  for (const std::size_t threads : {0, 1, 3})
    for (const std::uint64_t seed : {0, 5}) {
      std::atomic<int> sum = 0;
      std::vector<std::future<void>> done;
      JobPool pool(threads, seed);
      for (int i = 1; i <= 20; ++i) done.push_back(pool.submit([&sum, i] { sum += i; }));
      for (auto& job : done) job.get();
      EXPECT_EQ(sum, 210) << threads << " threads, seed " << seed;
    }
}

TEST(JobPool, OneThreadWithoutSeedKeepsTheOrder) {
  std::vector<int> order;
  JobPool pool(1, 0);
  std::future<void> last;
  for (int i = 0; i < 50; ++i) last = pool.submit([&order, i] { order.push_back(i); });
  last.get();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 50U);
}

TEST(JobPool, JobsRunSideBySide) {
  std::promise<void> first_waits;
  JobPool pool(2, 0);
  auto first = pool.submit([&] { first_waits.get_future().wait(); });
  pool.submit([&] { first_waits.set_value(); }).get();  // would hang on one thread
  first.get();
}

TEST(JobPool, AnExceptionReachesWhoeverWaits) {
  JobPool pool(1, 0);
  auto job = pool.submit([] { throw std::runtime_error("no"); });
  EXPECT_THROW(job.get(), std::runtime_error);
  pool.submit([] {}).get();
}

TEST(JobPool, FinishesWhatWasSubmittedBeforeItGoes) {
  std::atomic<int> runs = 0;
  {
    JobPool pool(1, 3);
    for (int i = 0; i < 10; ++i) static_cast<void>(pool.submit([&] { ++runs; }));
  }
  EXPECT_EQ(runs, 10);
}

}  // namespace
}  // namespace ocelli::node
