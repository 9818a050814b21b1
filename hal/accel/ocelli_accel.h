#pragma once
// The C ABI between Ocelli and an accelerator back end: one exported symbol, one append-only table of functions. Plain
// C11, so that a vendor's compiler, or another language, can serve it. docs/accelerators.md has the rules that a
// conformance test checks; docs/decisions/0008 says why it looks like this. Must not know: C++, threads of the caller.
//
// Sizes and time: a struct that the caller fills begins with its own size, so either side may be the older one. A
// status and every other enumerated value is an int32_t or uint32_t. Time is CLOCK_MONOTONIC in nanoseconds. A call
// that takes a timeout returns within it; open and load take as long as the model needs, and the caller calls them on a
// thread that it can leave behind; every other call returns at once, whatever the jobs do. Calls of one device may come
// from different threads, one at a time.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OCELLI_ACCEL_ABI 1u
#define OCELLI_ACCEL_DIMS 8
#define OCELLI_ACCEL_FOREVER UINT64_MAX

typedef struct ocelli_accel_device ocelli_accel_device;
typedef struct ocelli_accel_model ocelli_accel_model;
typedef struct ocelli_accel_buffer ocelli_accel_buffer;
typedef struct ocelli_accel_job ocelli_accel_job;

// Failure modes of hardware have codes of their own: each has its own failure rate.
typedef int32_t ocelli_accel_status;
enum {
  OCELLI_ACCEL_OK = 0,
  OCELLI_ACCEL_BAD_ARGUMENT = -1,
  OCELLI_ACCEL_NO_MEMORY = -2,
  OCELLI_ACCEL_UNSUPPORTED = -3,
  OCELLI_ACCEL_BAD_MODEL = -4,     // cannot be read, or its input is not what the caller said
  OCELLI_ACCEL_WRONG_TARGET = -5,  // compiled for another device
  OCELLI_ACCEL_BUSY = -6,          // an earlier job has not ended
  OCELLI_ACCEL_TIMEOUT = -7,       // the job goes on; abort it, or wait again
  OCELLI_ACCEL_ABORTED = -8,
  OCELLI_ACCEL_DEVICE_LOST = -9,
  OCELLI_ACCEL_HANG = -10,          // the device does not answer any more: only a new process can help
  OCELLI_ACCEL_MEMORY_ERROR = -11,  // uncorrectable, reported by ECC
  OCELLI_ACCEL_INTEGRITY = -12,     // a checksum of weights or results is wrong
  OCELLI_ACCEL_THERMAL = -13,
  OCELLI_ACCEL_IO = -14
};

enum { OCELLI_ACCEL_F32 = 0, OCELLI_ACCEL_F16, OCELLI_ACCEL_S8, OCELLI_ACCEL_U8, OCELLI_ACCEL_S32, OCELLI_ACCEL_S64 };
enum { OCELLI_ACCEL_ANY = 0, OCELLI_ACCEL_NCHW, OCELLI_ACCEL_NHWC, OCELLI_ACCEL_NC1HWC2, OCELLI_ACCEL_VENDOR };
enum { OCELLI_ACCEL_CPU_READS = 1u, OCELLI_ACCEL_CPU_WRITES = 2u };
enum {
  OCELLI_ACCEL_CAN_IMPORT = 1u,  // import_fd takes a dma-buf
  OCELLI_ACCEL_CAN_ABORT = 2u,   // abort stops the computation; without it the rest is computed and thrown away
  OCELLI_ACCEL_HAS_ECC = 4u,
  OCELLI_ACCEL_HAS_THERMOMETER = 8u
};

typedef struct {
  uint32_t size;
  uint32_t capabilities;
  char name[64];
  char version[64];  // of driver and firmware
  uint32_t max_jobs; // accepted and not ended at a time
  uint32_t alignment;
} ocelli_accel_device_info;

// A model is one file ("onnx") or several ("darknet.cfg", "darknet.weights"), or none when the back end brings it along.
typedef struct {
  const char *role;
  const void *data;
  uint64_t bytes;
} ocelli_accel_part;
typedef struct {
  uint32_t size;
  uint32_t n_parts;
  const ocelli_accel_part *parts;
  uint32_t n_dims;
  int64_t dims[OCELLI_ACCEL_DIMS]; // of the first input: chosen where the model leaves it open, else checked
} ocelli_accel_model_source;
typedef struct {
  uint32_t size;
  uint32_t n_inputs, n_outputs;
  uint64_t worst_case_ns; // declared by the vendor; 0: unknown
} ocelli_accel_model_info;
typedef struct {
  uint32_t size;
  uint32_t type, layout;
  uint32_t n_dims;
  int64_t dims[OCELLI_ACCEL_DIMS];
  int64_t strides[OCELLI_ACCEL_DIMS]; // bytes; 0: packed
  uint64_t bytes;
  float scale;        // value = scale * (stored - zero_point) of integer types
  int32_t zero_point;
  char name[64];
} ocelli_accel_tensor_info;

typedef struct {
  ocelli_accel_buffer *buffer;
  uint64_t offset, bytes;
} ocelli_accel_binding;
typedef struct {
  uint32_t size;
  uint32_t priority;    // 0 lowest
  uint64_t deadline_ns; // 0: none; a device may refuse or order by it, the caller still waits with a timeout
  uint64_t tag;
} ocelli_accel_submit_info;
typedef struct {
  uint32_t size;
  ocelli_accel_status status; // of the job
  uint64_t tag, queued_ns, started_ns, ended_ns;
} ocelli_accel_result;
typedef struct {
  uint32_t size;
  int32_t temperature_mc;   // thousandths of a degree Celsius; INT32_MIN: unknown
  uint32_t is_hung, is_busy;
  uint64_t jobs, jobs_failed, jobs_aborted;
  uint64_t memory_errors_corrected, memory_errors;
} ocelli_accel_health;

typedef struct {
  uint32_t size, abi;
  // `count` in: room behind `infos`; out: devices there are.
  ocelli_accel_status (*enumerate)(uint32_t *count, ocelli_accel_device_info *infos);
  // `options`: "key=value;key=value", or NULL.
  ocelli_accel_status (*open)(uint32_t index, const char *options, ocelli_accel_device **out);
  void (*close)(ocelli_accel_device *);
  // What the last failed call of this thread says for people; never NULL.
  const char *(*last_error)(void);
  // The parts may be freed afterwards.
  ocelli_accel_status (*load)(ocelli_accel_device *, const ocelli_accel_model_source *, ocelli_accel_model **out);
  void (*unload)(ocelli_accel_model *);
  ocelli_accel_status (*model_info)(ocelli_accel_model *, ocelli_accel_model_info *);
  ocelli_accel_status (*tensor_info)(ocelli_accel_model *, int is_output, uint32_t index, ocelli_accel_tensor_info *);
  ocelli_accel_status (*alloc)(ocelli_accel_device *, uint64_t bytes, ocelli_accel_buffer **out);
  // NULL without OCELLI_ACCEL_CAN_IMPORT. The back end duplicates the descriptor.
  ocelli_accel_status (*import_fd)(ocelli_accel_device *, int fd, uint64_t offset, uint64_t bytes,
                                   ocelli_accel_buffer **out);
  void (*free_buffer)(ocelli_accel_buffer *);
  // The CPU may touch a buffer between begin_cpu and end_cpu. BUSY while a job that was aborted still holds it.
  ocelli_accel_status (*begin_cpu)(ocelli_accel_buffer *, uint32_t access, void **data);
  ocelli_accel_status (*end_cpu)(ocelli_accel_buffer *);
  // BUSY when max_jobs have not ended: a device never queues more than it says.
  ocelli_accel_status (*submit)(ocelli_accel_model *, const ocelli_accel_binding *inputs, uint32_t n_inputs,
                                const ocelli_accel_binding *outputs, uint32_t n_outputs,
                                const ocelli_accel_submit_info *, ocelli_accel_job **out);
  // Readable once the job has ended; belongs to the job.
  ocelli_accel_status (*job_fd)(ocelli_accel_job *, int *fd);
  // OK: the job has ended, its own status stands in the result. TIMEOUT: the times as far as it has come, 0 for later.
  ocelli_accel_status (*wait)(ocelli_accel_job *, uint64_t timeout_ns, ocelli_accel_result *);
  // Afterwards the job never writes its outputs, and a wait says ABORTED at once.
  ocelli_accel_status (*abort)(ocelli_accel_job *);
  void (*release)(ocelli_accel_job *); // aborts a job that has not ended
  ocelli_accel_status (*health)(ocelli_accel_device *, ocelli_accel_health *);
  // Every job ends as ABORTED. HANG: the device did not come to rest in time.
  ocelli_accel_status (*reset)(ocelli_accel_device *, uint64_t timeout_ns);
} ocelli_accel_api;

// The only exported symbol. NULL when the back end cannot serve this version.
const ocelli_accel_api *ocelli_accel_get_api(uint32_t abi);

#ifdef __cplusplus
}
#endif
