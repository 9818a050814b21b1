#include "ocelli/safety/analysis/sequential.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "ocelli/safety/analysis/checks.hpp"

namespace ocelli::safety {
namespace {

constexpr std::uint64_t kFinest = 10'000;  // lattice steps in a count
constexpr double kMostSteps = 1'000'000;
constexpr double kRounding = 1e-12;       // of a product of two decimals
constexpr double kReferenceShare = 0.01;  // of the distance of the means, that rounding may move k

}  // namespace

Result<SequentialTest> SequentialTest::create(const Config& config) {
  OCELLI_TRY(check_positive("good_fit", config.good_fit, "FIT"));
  OCELLI_TRY(check_positive("bad_fit", config.bad_fit, "FIT"));
  OCELLI_TRY(check_open_unit("alpha", config.alpha));
  OCELLI_TRY(check_open_unit("beta", config.beta));
  if (config.bad_fit <= config.good_fit)
    return error(ErrorCode::kInvalidArgument, "bad_fit: {} FIT: expected more than good_fit ({} FIT)", config.bad_fit,
                 config.good_fit);
  if (config.alpha + config.beta >= 1.0)
    return error(ErrorCode::kInvalidArgument, "alpha + beta: {}: expected less than 1", config.alpha + config.beta);
  const double difference = (config.bad_fit - config.good_fit) / kFitPerHour;
  OCELLI_TRY(finite("hours between good_fit and bad_fit", 1.0 / difference, "h"));
  return SequentialTest(Hours{std::log((1.0 - config.alpha) / config.beta) / difference},
                        Hours{std::log((1.0 - config.beta) / config.alpha) / difference},
                        Hours{std::log(config.bad_fit / config.good_fit) / difference});
}

Hours SequentialTest::accept_hours(std::uint64_t failures) const {
  return accept_ + slope_ * static_cast<double>(failures);
}

Hours SequentialTest::reject_hours(std::uint64_t failures) const {
  return slope_ * static_cast<double>(failures) - reject_;
}

Result<SequentialTest::Decision> SequentialTest::decide(const RateEvidence& evidence) const {
  OCELLI_TRY(check_not_negative("hours", evidence.exposure.count(), "h"));
  if (evidence.exposure >= accept_hours(evidence.failures)) return Decision::kAccept;
  return evidence.exposure <= reject_hours(evidence.failures) ? Decision::kReject : Decision::kContinue;
}

std::string_view to_string(SequentialTest::Decision decision) {
  constexpr std::array<std::string_view, 3> kTexts = {"accept", "reject", "continue"};
  return kTexts[static_cast<std::size_t>(decision)];
}

Result<CusumLattice> cusum_lattice(double reference, double limit) {
  OCELLI_TRY(check_positive("k", reference, "counts"));
  OCELLI_TRY(check_positive("h", limit, "counts"));
  for (std::uint64_t per_count = 1; per_count <= kFinest; ++per_count) {
    const double steps = reference * static_cast<double>(per_count);
    if (std::abs(steps - std::round(steps)) > kRounding * steps) continue;
    const double most = std::ceil(limit * static_cast<double>(per_count) * (1.0 - kRounding));
    if (std::max(steps, most) > kMostSteps) break;
    return CusumLattice{per_count, static_cast<std::uint64_t>(std::round(steps)), static_cast<std::uint64_t>(most)};
  }
  return error(ErrorCode::kUnsupported,
               "k: {} with h: {}: expected k as a fraction with a denominator of at most {} (four decimals), and k and "
               "h at most {} of its steps",
               reference, limit, kFinest, kMostSteps);
}

Result<PoissonCusum> PoissonCusum::create(double reference, double limit) {
  OCELLI_ASSIGN(const CusumLattice lattice, cusum_lattice(reference, limit));
  return PoissonCusum(lattice);
}

bool PoissonCusum::add(std::uint64_t count) {
  constexpr std::uint64_t kMost = 1'000'000'000'000'000'000;  // far over any limit; twice as much is no overflow yet
  const std::uint64_t gain = count > kMost / lattice_.per_count ? kMost : count * lattice_.per_count;
  steps_ = std::min(kMost, steps_ + gain);
  steps_ -= std::min(steps_, lattice_.reference);
  return steps_ >= lattice_.limit;
}

Result<double> cusum_reference(double good_mean, double bad_mean) {
  OCELLI_TRY(check_positive("good_mean", good_mean, "counts"));
  OCELLI_TRY(check_positive("bad_mean", bad_mean, "counts"));
  if (bad_mean <= good_mean)
    return error(ErrorCode::kInvalidArgument, "bad_mean: {}: expected more than good_mean ({})", bad_mean, good_mean);
  OCELLI_ASSIGN(const double ratio, finite("bad_mean / good_mean", bad_mean / good_mean, ""));
  return (bad_mean - good_mean) / std::log(ratio);
}

Result<double> cusum_short_reference(double good_mean, double bad_mean) {
  OCELLI_ASSIGN(const double exact, cusum_reference(good_mean, bad_mean));
  for (std::uint64_t scale = 1; scale <= kFinest; scale *= 10) {
    const double rounded = std::round(exact * static_cast<double>(scale)) / static_cast<double>(scale);
    if (std::abs(rounded - exact) <= kReferenceShare * (bad_mean - good_mean)) return rounded;
  }
  return error(ErrorCode::kUnsupported, "good_mean: {} and bad_mean: {}: four decimals of k do not tell them apart",
               good_mean, bad_mean);
}

}  // namespace ocelli::safety
