/* An accelerator as a shared library, in C: its table is as the environment orders. It computes nothing. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ocelli/hal/accel/ocelli_accel.h"

/* ACCEL_PLUGIN_STUCK: a file. It is made when a device is opened, and the call never returns; at the end of the process
   this library waits for it. */
static void wait_if_stuck(void) {
  while (getenv("ACCEL_PLUGIN_STUCK") != NULL) pause();
}
static void make_file(const char *name) {
  FILE *file = name == NULL ? NULL : fopen(name, "w");
  if (file != NULL) fclose(file);
}
__attribute__((destructor)) static void leave(void) { wait_if_stuck(); }

static ocelli_accel_status enumerate_none(uint32_t *count, ocelli_accel_device_info *infos) {
  (void)infos;
  *count = 0;
  return OCELLI_ACCEL_OK;
}
static ocelli_accel_status open_none(uint32_t index, const char *options, ocelli_accel_device **out) {
  (void)index, (void)options, (void)out;
  make_file(getenv("ACCEL_PLUGIN_STUCK"));
  wait_if_stuck();
  return OCELLI_ACCEL_DEVICE_LOST;
}
static void close_device(ocelli_accel_device *device) { (void)device; }
static const char *say(void) { return getenv("ACCEL_PLUGIN_ERROR"); }
static ocelli_accel_status load(ocelli_accel_device *device, const ocelli_accel_model_source *source,
                                ocelli_accel_model **out) {
  (void)device, (void)source, (void)out;
  return OCELLI_ACCEL_BAD_MODEL;
}
static void unload(ocelli_accel_model *model) { (void)model; }
static ocelli_accel_status model_info(ocelli_accel_model *model, ocelli_accel_model_info *info) {
  (void)model, (void)info;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status tensor_info(ocelli_accel_model *model, int is_output, uint32_t index,
                                       ocelli_accel_tensor_info *info) {
  (void)model, (void)is_output, (void)index, (void)info;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status alloc(ocelli_accel_device *device, uint64_t bytes, ocelli_accel_buffer **out) {
  (void)device, (void)bytes, (void)out;
  return OCELLI_ACCEL_NO_MEMORY;
}
static void free_buffer(ocelli_accel_buffer *buffer) { (void)buffer; }
static ocelli_accel_status begin_cpu(ocelli_accel_buffer *buffer, uint32_t access, void **data) {
  (void)buffer, (void)access, (void)data;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status end_cpu(ocelli_accel_buffer *buffer) {
  (void)buffer;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status submit(ocelli_accel_model *model, const ocelli_accel_binding *inputs, uint32_t n_inputs,
                                  const ocelli_accel_binding *outputs, uint32_t n_outputs,
                                  const ocelli_accel_submit_info *info, ocelli_accel_job **out) {
  (void)model, (void)inputs, (void)n_inputs, (void)outputs, (void)n_outputs, (void)info, (void)out;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status job_fd(ocelli_accel_job *job, int *fd) {
  (void)job, (void)fd;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status wait_for(ocelli_accel_job *job, uint64_t timeout_ns, ocelli_accel_result *result) {
  (void)job, (void)timeout_ns, (void)result;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status abort_job(ocelli_accel_job *job) {
  (void)job;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static void release(ocelli_accel_job *job) { (void)job; }
static ocelli_accel_status health(ocelli_accel_device *device, ocelli_accel_health *out) {
  (void)device, (void)out;
  return OCELLI_ACCEL_BAD_ARGUMENT;
}
static ocelli_accel_status reset(ocelli_accel_device *device, uint64_t timeout_ns) {
  (void)device, (void)timeout_ns;
  return OCELLI_ACCEL_HANG;
}

static uint32_t ordered(const char *name, uint32_t otherwise) {
  const char *text = getenv(name);
  return text == NULL ? otherwise : (uint32_t)atol(text);
}

/* ACCEL_PLUGIN_SIZE, _ABI: of the table; _MISSING: which of its functions is NULL, from 0 on; _NO_TABLE: any value. */
const ocelli_accel_api *ocelli_accel_get_api(uint32_t abi) {
  static ocelli_accel_api table;
  const size_t first = offsetof(ocelli_accel_api, enumerate);
  const ocelli_accel_api whole = {
      .size = ordered("ACCEL_PLUGIN_SIZE", sizeof whole),
      .abi = ordered("ACCEL_PLUGIN_ABI", abi),
      .enumerate = enumerate_none,
      .open = open_none,
      .close = close_device,
      .last_error = say,
      .load = load,
      .unload = unload,
      .model_info = model_info,
      .tensor_info = tensor_info,
      .alloc = alloc,
      .import_fd = NULL,
      .free_buffer = free_buffer,
      .begin_cpu = begin_cpu,
      .end_cpu = end_cpu,
      .submit = submit,
      .job_fd = job_fd,
      .wait = wait_for,
      .abort = abort_job,
      .release = release,
      .health = health,
      .reset = reset,
  };
  if (getenv("ACCEL_PLUGIN_NO_TABLE") != NULL) return NULL;
  table = whole;
  if (getenv("ACCEL_PLUGIN_MISSING") != NULL)
    memset((char *)&table + first + ordered("ACCEL_PLUGIN_MISSING", 0) * sizeof(void *), 0, sizeof(void *));
  return &table;
}
