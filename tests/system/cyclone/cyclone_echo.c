/* A DDS program that knows nothing of Ocelli but its IDL: for each type it takes what comes on rt/<KIND>/there and
   writes the decoded message to rt/<KIND>/back, until it is ended. usage: cyclone_echo DOMAIN PARTITION. */
#include <dds/dds.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "ocelli_camera_lanes.h"
#include "ocelli_radar.h"
#include "ocelli_safety.h"
#include "ocelli_tracks.h"
#include "ocelli_vehicle.h"
#include "ros2_sensor.h"
#include "ros2_vision.h"

struct echo {
  const char *kind;
  const dds_topic_descriptor_t *type;
  dds_entity_t reader;
  dds_entity_t writer;
};

static struct echo echoes[] = {
    {"camera/image", &sensor_msgs_msg_Image_desc, 0, 0},
    {"camera/compressed", &sensor_msgs_msg_CompressedImage_desc, 0, 0},
    {"camera/calibration", &ocelli_msg_CameraCalibration_desc, 0, 0},
    {"lidar/points", &sensor_msgs_msg_PointCloud2_desc, 0, 0},
    {"imu", &sensor_msgs_msg_Imu_desc, 0, 0},
    {"gnss/fix", &sensor_msgs_msg_NavSatFix_desc, 0, 0},
    {"vehicle/state", &ocelli_msg_VehicleState_desc, 0, 0},
    {"ego_motion", &ocelli_msg_EgoMotion_desc, 0, 0},
    {"camera/objects", &vision_msgs_msg_Detection2DArray_desc, 0, 0},
    {"camera/lanes", &ocelli_msg_CameraLanes_desc, 0, 0},
    {"lidar/objects", &vision_msgs_msg_Detection3DArray_desc, 0, 0},
    {"radar/detections", &ocelli_msg_RadarDetections_desc, 0, 0},
    {"radar/objects", &ocelli_msg_RadarObjects_desc, 0, 0},
    {"tracks", &ocelli_msg_Tracks_desc, 0, 0},
    {"truth/tracks", &ocelli_msg_Tracks_desc, 0, 0},
    {"truth/ego_motion", &ocelli_msg_EgoMotion_desc, 0, 0},
    {"ocelli/observations", &ocelli_msg_ObservationBatch_desc, 0, 0},
    {"ocelli/faults", &ocelli_msg_Fault_desc, 0, 0},
    {"ocelli/safety_state", &ocelli_msg_SafetyState_desc, 0, 0},
    {"ocelli/recovery_requests", &ocelli_msg_RecoveryRequest_desc, 0, 0},
    {"ocelli/injections", &ocelli_msg_Injection_desc, 0, 0},
};
enum { count = sizeof(echoes) / sizeof(echoes[0]) };

static void die(const char *what, dds_return_t why) {
  fprintf(stderr, "cyclone_echo: %s: %s\n", what, dds_strretcode(-why));
  exit(2);
}

/* "ocelli::msg::Tracks" -> "ocelli::msg::dds_::Tracks_", the wire name of ROS 2. */
static char *wire_name(const char *idl_name) {
  const char *own = strrchr(idl_name, ':') + 1;
  char *name = malloc(strlen(idl_name) + 16);
  sprintf(name, "%.*sdds_::%s_", (int)(own - idl_name), idl_name, own);
  return name;
}

static dds_entity_t topic_of(dds_entity_t participant, const struct echo *echo, const char *end) {
  char name[128];
  snprintf(name, sizeof(name), "rt/%s/%s", echo->kind, end);
  dds_topic_descriptor_t type = *echo->type;
  type.m_typename = wire_name(type.m_typename);
  const dds_entity_t topic = dds_create_topic(participant, &type, name, NULL, NULL);
  if (topic < 0) die(name, topic);
  return topic;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const dds_entity_t participant = dds_create_participant((dds_domainid_t)atoi(argv[1]), NULL, NULL);
  if (participant < 0) die("participant", participant);
  dds_qos_t *qos = dds_create_qos();
  dds_qset_partition1(qos, argv[2]);
  const dds_entity_t subscriber = dds_create_subscriber(participant, qos, NULL);
  const dds_entity_t publisher = dds_create_publisher(participant, qos, NULL);
  /* The strictest writer matches every reader; the most modest reader every writer. */
  dds_qos_t *writer_qos = dds_create_qos();
  dds_qset_reliability(writer_qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
  dds_qset_durability(writer_qos, DDS_DURABILITY_TRANSIENT_LOCAL);
  dds_qset_history(writer_qos, DDS_HISTORY_KEEP_LAST, 8);
  dds_qos_t *reader_qos = dds_create_qos();
  dds_qset_reliability(reader_qos, DDS_RELIABILITY_BEST_EFFORT, 0);
  dds_qset_history(reader_qos, DDS_HISTORY_KEEP_LAST, 8);
  const dds_entity_t wait_set = dds_create_waitset(participant);
  for (int i = 0; i < count; ++i) {
    echoes[i].reader = dds_create_reader(subscriber, topic_of(participant, &echoes[i], "there"), reader_qos, NULL);
    echoes[i].writer = dds_create_writer(publisher, topic_of(participant, &echoes[i], "back"), writer_qos, NULL);
    if (echoes[i].reader < 0) die("reader", echoes[i].reader);
    if (echoes[i].writer < 0) die("writer", echoes[i].writer);
    dds_set_status_mask(echoes[i].reader, DDS_DATA_AVAILABLE_STATUS);
    dds_waitset_attach(wait_set, echoes[i].reader, i);
  }
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    dds_attach_t which[count];
    const int woken = dds_waitset_wait(wait_set, which, count, DDS_SECS(1));
    for (int i = 0; i < woken; ++i) {
      struct echo *echo = &echoes[which[i]];
      void *samples[1] = {NULL};
      dds_sample_info_t info;
      while (dds_take(echo->reader, samples, &info, 1, 1) == 1) {
        const dds_return_t written = info.valid_data ? dds_write(echo->writer, samples[0]) : 0;
        if (written < 0) fprintf(stderr, "cyclone_echo: %s: %s\n", echo->kind, dds_strretcode(-written));
        dds_return_loan(echo->reader, samples, 1);
      }
    }
  }
}
