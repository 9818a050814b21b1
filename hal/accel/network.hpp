#pragma once
// A network on an accelerator, as perception uses it: fill the input, run with a deadline, read the outputs. Statuses
// of the C ABI become errors here; an output that was not written, or is not a number, is one as well. Must not know:
// pictures, boxes, classes.

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ocelli/hal/accel/ocelli_accel.h"
#include "ocelli/middleware/core/fields.hpp"
#include "ocelli/middleware/core/result.hpp"
#include "ocelli/middleware/core/time.hpp"

namespace ocelli::accel {

/// ONNX Runtime for ONNX models where it can be used, else OpenCV.
inline constexpr std::string_view kAutoBackend = "auto";

/// Where a network runs, as a launch file says it.
struct AcceleratorConfig {
  std::string backend = "opencv";
  std::string options;
  int threads = 1;
  Duration hang_after = std::chrono::seconds(30);
  Duration load_within = std::chrono::seconds(60);
  Duration reset_after = std::chrono::seconds(5);
  static constexpr auto fields() {
    return std::tuple{
        field(
            "backend", &AcceleratorConfig::backend,
            "row of `ocelli models backends`, path of a shared library, or `auto`: ONNX Runtime where it can be used, "
            "else OpenCV"),
        field("options", &AcceleratorConfig::options, "key=value;key=value for the back end"),
        field("threads", &AcceleratorConfig::threads, "", 1, 64, "that compute, where the back end is a CPU"),
        field("hang_after", &AcceleratorConfig::hang_after, "s", 0.01, 600.0,
              "in logical time, where nothing is late: an accelerator that takes longer is given up for the run"),
        field("load_within", &AcceleratorConfig::load_within, "s", 0.01, 600.0,
              "to open the accelerator, load the model and run it once; one that takes longer ends the run"),
        field("reset_after", &AcceleratorConfig::reset_after, "s", 0.01, 600.0,
              "in a live run: an accelerator still busy with a late computation is reset; when that does not help, its "
              "process is started again")};
  }
};

struct Tensor {
  std::string name;
  std::vector<std::int64_t> dims;
  std::span<const float> data;  // packed; of the last run
};

struct NetworkPart {
  std::string role;  // "onnx", "darknet.cfg", "darknet.weights"
  std::vector<std::byte> data;
};

class Network {
 public:
  /// Opens the accelerator, loads the model with an input of shape `dims` (N C H W) and runs it once. Errors name
  /// `name`; kTimeout after AcceleratorConfig::load_within. A wait, here and below, ends within 100 ms, as
  /// kUnavailable, when `*stop` becomes true; `stop` must outlive the network.
  static Result<Network> load(const std::string& name, std::vector<NetworkPart> parts,
                              const std::vector<std::int64_t>& dims, const AcceleratorConfig& config,
                              const std::atomic<bool>* stop = nullptr);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  /// The input's memory, to be filled. kUnavailable while a late computation still reads it: this frame is dropped.
  /// When that lasts, the device is reset, beside the caller; when that does not help, has_hung().
  [[nodiscard]] Result<std::span<float>> begin_input();

  /// Computes. kTimeout when the deadline passed (the job was aborted; nothing waits for it), kCorrupt when an output
  /// holds NaN or infinity, kUnavailable for a device that failed.
  [[nodiscard]] Status run(Duration deadline);
  /// Computes however long it takes. kTimeout after AcceleratorConfig::hang_after: then the accelerator hangs, and
  /// every later begin_input() is kUnavailable.
  [[nodiscard]] Status run_to_the_end();

  /// The device does not answer any more: only a new process can help, everything here is kUnavailable.
  [[nodiscard]] bool has_hung() const;

  /// Injection point: while `*delay` is not zero, every result comes that much later. `delay` must outlive the network.
  void inject_delay(const std::atomic<Duration>* delay);

  /// Of the last run that was ok.
  [[nodiscard]] const std::vector<Tensor>& outputs() const;
  /// From start to end of the last computation, as the device measured it; 0 when it had not ended in time.
  [[nodiscard]] Duration last_time() const;
  [[nodiscard]] ocelli_accel_health health() const;

 private:
  struct Handles;
  explicit Network(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

/// The failure that a status stands for; `text` is what the back end says.
[[nodiscard]] Error error_of(ocelli_accel_status status, std::string_view text);

}  // namespace ocelli::accel
