// `ocelli fit`: a failure rate from counted failures and hours, its verdict, and how to watch it.
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "ocelli/launch/command.hpp"
#include "ocelli/launch/commands/commands.hpp"
#include "ocelli/safety/analysis/posterior.hpp"
#include "ocelli/safety/analysis/rate.hpp"
#include "ocelli/safety/analysis/sequential.hpp"

namespace ocelli::launch {
namespace {

using nlohmann::json;
using namespace safety;

struct Options {
  std::int64_t failures = 0;
  double hours = 0.0;
  double target_fit = 0.0;
  double confidence = 0.95;
  std::optional<double> prior_failures;
  double prior_hours = 0.0;
  std::optional<double> good_fit;
  double alpha = 0.1;
  double beta = 0.1;
  std::vector<double> drift;  // good mean, bad mean, limit
  bool is_json = false;
};

struct Answer {
  RateEvidence evidence;
  RateVerdict verdict;
  RateInterval interval;
  Hours zero_failure;
  std::optional<double> posterior_upper_fit;
  std::optional<SequentialTest> test;
  SequentialTest::Decision decision{};
  struct Drift {
    double reference = 0.0;
    double length_good = 0.0;
    double length_bad = 0.0;
  };
  std::optional<Drift> drift;
};

/// k is rounded so far that it has a lattice, not so far that it would serve other means; the run lengths are those of
/// the rounded one.
Result<Answer::Drift> compute_drift(const std::vector<double>& values) {
  if (values.size() != 3)
    return error(ErrorCode::kInvalidArgument, "--drift: {} numbers: expected GOOD,BAD,LIMIT", values.size());
  Answer::Drift drift;
  OCELLI_ASSIGN(drift.reference, cusum_short_reference(values[0], values[1]));
  OCELLI_ASSIGN(drift.length_good, cusum_run_length(values[0], drift.reference, values[2]));
  OCELLI_ASSIGN(drift.length_bad, cusum_run_length(values[1], drift.reference, values[2]));
  return drift;
}

Result<Answer> compute(const Options& options) {
  if (options.failures < 0)
    return error(ErrorCode::kInvalidArgument, "failures: {}: expected 0 or more", options.failures);
  Answer answer;
  answer.evidence = {static_cast<std::uint64_t>(options.failures), Hours{options.hours}};
  OCELLI_ASSIGN(answer.verdict, judge_rate(answer.evidence, options.target_fit, options.confidence));
  OCELLI_ASSIGN(answer.interval, rate_interval(answer.evidence, options.confidence));
  OCELLI_ASSIGN(answer.zero_failure, zero_failure_hours(options.target_fit, options.confidence));
  if (options.prior_failures) {
    OCELLI_ASSIGN(const GammaRate after,
                  posterior({*options.prior_failures, Hours{options.prior_hours}}, answer.evidence));
    OCELLI_ASSIGN(answer.posterior_upper_fit, rate_quantile_fit(after, options.confidence));
  }
  if (options.good_fit) {
    OCELLI_ASSIGN(answer.test,
                  SequentialTest::create({*options.good_fit, options.target_fit, options.alpha, options.beta}));
    OCELLI_ASSIGN(answer.decision, answer.test->decide(answer.evidence));
  }
  if (!options.drift.empty()) {
    OCELLI_ASSIGN(answer.drift, compute_drift(options.drift));
  }
  return answer;
}

std::string fit_text(double fit) { return std::isfinite(fit) ? fmt::format("{:.6g} FIT", fit) : "unbounded"; }

void print_answer(const Options& options, const Answer& answer) {
  const RateVerdict& verdict = answer.verdict;
  const double percent = 100.0 * options.confidence;
  fmt::print("{} failures in {:.6g} h, target {:.6g} FIT\n\n", options.failures, options.hours, options.target_fit);
  fmt::print("{:<34} {}\n", "estimate", verdict.point_fit ? fit_text(*verdict.point_fit) : "none without hours");
  fmt::print("{:<34} {}\n", fmt::format("upper bound, one-sided {:g} %", percent), fit_text(verdict.upper_fit));
  fmt::print("{:<34} {}\n", fmt::format("lower bound, one-sided {:g} %", percent), fit_text(verdict.lower_fit));
  fmt::print("{:<34} {} to {}\n", fmt::format("interval, two-sided {:g} %", percent),
             fit_text(answer.interval.lower_fit), fit_text(answer.interval.upper_fit));
  fmt::print("{:<34} {:.6g} h\n", "hours needed without any failure", answer.zero_failure.count());
  if (answer.posterior_upper_fit)
    fmt::print("{:<34} {}\n", fmt::format("with the prior, {:g} %", percent), fit_text(*answer.posterior_upper_fit));
  if (answer.test)
    fmt::print("{:<34} {} (accept from {:.6g} h, reject up to {:.6g} h, {:.6g} h per failure)\n", "sequential test",
               to_string(answer.decision), answer.test->accept_hours(answer.evidence.failures).count(),
               answer.test->reject_hours(answer.evidence.failures).count(), answer.test->slope().count());
  if (answer.drift)
    fmt::print("{:<34} k {:g}, h {:g}: alarm after {:.6g} counts when good, {:.6g} when bad (means)\n", "drift (CUSUM)",
               answer.drift->reference, options.drift[2], answer.drift->length_good, answer.drift->length_bad);
  fmt::print("\nverdict: {}", to_string(verdict.judgement));
  if (verdict.judgement == RateJudgement::kInsufficient)
    fmt::print(", {:.6g} hours missing (if no further failure comes)", verdict.missing.count());
  fmt::print("\n");
}

json to_json(const Options& options, const Answer& answer) {
  const RateVerdict& verdict = answer.verdict;
  json result = {{"failures", options.failures},
                 {"hours", options.hours},
                 {"target_fit", options.target_fit},
                 {"confidence", options.confidence},
                 {"point_fit", verdict.point_fit ? json(*verdict.point_fit) : json(nullptr)},
                 {"upper_fit", verdict.upper_fit},
                 {"lower_fit", verdict.lower_fit},
                 {"interval_fit", {answer.interval.lower_fit, answer.interval.upper_fit}},
                 {"zero_failure_hours", answer.zero_failure.count()},
                 {"verdict", to_string(verdict.judgement)},
                 {"missing_hours", verdict.missing.count()}};
  if (answer.posterior_upper_fit) result["posterior_upper_fit"] = *answer.posterior_upper_fit;
  if (answer.test)
    result["sequential"] = {{"decision", to_string(answer.decision)},
                            {"accept_hours", answer.test->accept_hours(answer.evidence.failures).count()},
                            {"reject_hours", answer.test->reject_hours(answer.evidence.failures).count()},
                            {"hours_per_failure", answer.test->slope().count()}};
  if (answer.drift)
    result["drift"] = {{"k", answer.drift->reference},
                       {"h", options.drift[2]},
                       {"run_length_good", answer.drift->length_good},
                       {"run_length_bad", answer.drift->length_bad}};
  return result;
}

Result<bool> run(const Options& options) {
  OCELLI_ASSIGN(const Answer answer, compute(options));
  if (options.is_json)
    fmt::print("{}\n", to_json(options, answer).dump(2));
  else
    print_answer(options, answer);
  return answer.verdict.judgement == RateJudgement::kMet;
}

}  // namespace

void declare_fit(CLI::App& command, int& exit_status) {
  const auto options = std::make_shared<Options>();
  command.add_option("--failures", options->failures, "counted failures")->required();
  command.add_option("--hours", options->hours, "hours of distinct live drives")->required();
  command.add_option("--target-fit", options->target_fit, "allowed failures per 1e9 h")->required();
  command.add_option("--confidence", options->confidence, "of every bound")->capture_default_str();
  command.add_option("--prior-failures", options->prior_failures, "gamma prior: shape (Jeffreys: 0.5)");
  command.add_option("--prior-hours", options->prior_hours, "gamma prior: hours")
      ->needs("--prior-failures")
      ->capture_default_str();
  command.add_option("--good-fit", options->good_fit, "sequential test of this rate against the target");
  command.add_option("--alpha", options->alpha, "sequential test: rejects a good rate")
      ->needs("--good-fit")
      ->capture_default_str();
  command.add_option("--beta", options->beta, "sequential test: accepts a bad rate")
      ->needs("--good-fit")
      ->capture_default_str();
  command.add_option("--drift", options->drift, "GOOD,BAD,LIMIT: CUSUM on counts with these means")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--json", options->is_json, "all numbers as JSON");
  command.footer("Exit status: 0 target met, 1 violated or insufficient evidence, 2 bad use.");
  command.callback([options, &exit_status] {
    const Result<bool> is_met = run(*options);
    exit_status = is_met ? (*is_met ? kExitOk : kExitVerdictFailed) : report_error(is_met.error());
  });
}

}  // namespace ocelli::launch
