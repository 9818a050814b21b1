#include "ocelli/hal/sim/ray_scene.hpp"

#include <embree3/rtcore.h>

#include <algorithm>
#include <cstring>

#include "ocelli/middleware/core/expect.hpp"

namespace ocelli::sim {
namespace {

static_assert(kBundle == 16 && sizeof(float) == 4);

std::array<float, 12> column_major(const Pose& pose) {
  std::array<float, 12> matrix{};
  for (int column = 0; column < 4; ++column)
    for (int row = 0; row < 3; ++row)
      matrix[static_cast<std::size_t>(3 * column + row)] = static_cast<float>(pose.matrix()(row, column));
  return matrix;
}

template <class T>
void copy16(T* to, const std::array<T, kBundle>& from) {
  std::memcpy(to, from.data(), sizeof(T) * kBundle);
}
template <class T>
void copy16(std::array<T, kBundle>& to, const T* from) {
  std::memcpy(to.data(), from, sizeof(T) * kBundle);
}

/// False when there is nothing to cast: Embree's coherent traversal must not be called without an active ray.
bool fill(RTCRay16& ray, const RayBundle& rays, std::array<int, kBundle>& valid) {
  copy16(ray.org_x, rays.origin_x);
  copy16(ray.org_y, rays.origin_y);
  copy16(ray.org_z, rays.origin_z);
  copy16(ray.dir_x, rays.direction_x);
  copy16(ray.dir_y, rays.direction_y);
  copy16(ray.dir_z, rays.direction_z);
  copy16(ray.tfar, rays.reach_m);
  for (std::size_t i = 0; i < kBundle; ++i) {
    ray.tnear[i] = 0.0F;
    ray.time[i] = 0.0F;
    ray.mask[i] = 0xFFFFFFFF;
    ray.id[i] = 0;
    ray.flags[i] = 0;
    valid[i] = rays.reach_m[i] > 0.0F ? -1 : 0;
  }
  return std::ranges::any_of(valid, [](int lane) { return lane != 0; });
}

}  // namespace

Result<std::unique_ptr<RayScene>> RayScene::create() {
  // One build thread: the tree, and with it every tie between two surfaces, is the same in every run. AVX2 at most: the
  // same bytes on machines with and without AVX-512, whose coherent occlusion test in Embree 3.13.5 may never return.
  RTCDevice device = rtcNewDevice("threads=1,set_affinity=0,max_isa=avx2");
  if (device == nullptr)
    return error(ErrorCode::kUnavailable, "Embree does not start (error {})",
                 static_cast<int>(rtcGetDeviceError(nullptr)));
  return std::unique_ptr<RayScene>(new RayScene(device));
}

RayScene::RayScene(RTCDeviceTy* device) : device_(device), scene_(rtcNewScene(device)) {
  rtcSetSceneFlags(scene_, RTC_SCENE_FLAG_DYNAMIC | RTC_SCENE_FLAG_ROBUST);
}

RayScene::~RayScene() {
  rtcReleaseScene(scene_);
  rtcReleaseDevice(device_);
}

RayScene::Shape RayScene::add_shape(const Mesh& mesh) {
  RTCScene shape = rtcNewScene(device_);
  rtcSetSceneFlags(shape, RTC_SCENE_FLAG_ROBUST);
  RTCGeometry geometry = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_TRIANGLE);
  void* vertices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 3 * sizeof(float),
                                           mesh.vertices.size());
  void* indices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                                          3 * sizeof(std::uint32_t), mesh.triangles.size());
  OCELLI_EXPECT(vertices != nullptr && indices != nullptr);
  std::memcpy(vertices, mesh.vertices.data(), mesh.vertices.size() * 3 * sizeof(float));
  std::memcpy(indices, mesh.triangles.data(), mesh.triangles.size() * 3 * sizeof(std::uint32_t));
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(shape, geometry);
  rtcReleaseGeometry(geometry);
  rtcCommitScene(shape);
  return {shape, [](RTCSceneTy* scene) { rtcReleaseScene(scene); }};
}

std::uint32_t RayScene::place(const Shape& shape, const Pose& T_world_mesh) {
  RTCGeometry instance = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_INSTANCE);
  rtcSetGeometryInstancedScene(instance, shape.get());
  rtcSetGeometryTransform(instance, 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, column_major(T_world_mesh).data());
  rtcCommitGeometry(instance);
  rtcAttachGeometryByID(scene_, instance, count_);
  rtcReleaseGeometry(instance);
  return count_++;
}

void RayScene::move(std::uint32_t placed, const Pose& T_world_mesh) {
  RTCGeometry instance = rtcGetGeometry(scene_, placed);
  rtcSetGeometryTransform(instance, 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, column_major(T_world_mesh).data());
  rtcCommitGeometry(instance);
}

void RayScene::commit() { rtcCommitScene(scene_); }

void RayScene::nearest(const RayBundle& rays, HitBundle& hits) const {
  alignas(64) RTCRayHit16 packet;
  alignas(64) std::array<int, kBundle> valid;
  hits.placed.fill(HitBundle::kNothing);
  if (!fill(packet.ray, rays, valid)) return;
  std::memset(packet.hit.geomID, 0xFF, sizeof packet.hit.geomID);
  std::memset(packet.hit.instID, 0xFF, sizeof packet.hit.instID);
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  context.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
  rtcIntersect16(valid.data(), scene_, &context, &packet);
  copy16(hits.range_m, packet.ray.tfar);
  copy16(hits.normal_x, packet.hit.Ng_x);
  copy16(hits.normal_y, packet.hit.Ng_y);
  copy16(hits.normal_z, packet.hit.Ng_z);
  copy16(hits.placed, packet.hit.instID[0]);
  copy16(hits.triangle, packet.hit.primID);
}

void RayScene::block(RayBundle& rays) const {
  alignas(64) RTCRay16 packet;
  alignas(64) std::array<int, kBundle> valid;
  if (!fill(packet, rays, valid)) return;
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  // The coherent variant is no faster here.
  context.flags = RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT;
  rtcOccluded16(valid.data(), scene_, &context, &packet);
  copy16(rays.reach_m, packet.tfar);
}

}  // namespace ocelli::sim
