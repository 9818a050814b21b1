#include "ocelli/middleware/topics/point_cloud_view.hpp"

#include <array>
#include <cstring>

#include "ocelli/middleware/topics/bulk_layout.hpp"
#include "ocelli/middleware/topics/cdr_prefix.hpp"

namespace ocelli::topics {
namespace {

constexpr std::uint8_t kFloat32 = 7;
constexpr std::array<std::string_view, 4> kFieldNames = {"x", "y", "z", "intensity"};

/// Reads the field table; offsets of x, y, z, intensity in that order, kNoField where absent.
std::array<std::uint32_t, 4> read_fields(CdrPrefixReader& in, std::uint32_t& point_end) {
  std::array<std::uint32_t, 4> offsets;
  offsets.fill(PointCloudView::kNoField);
  const auto count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.is_good(); ++i) {
    const std::string_view name = in.text();
    const auto offset = in.number<std::uint32_t>();
    const auto datatype = in.number<std::uint8_t>();
    in.number<std::uint32_t>();  // count
    for (std::size_t k = 0; k < kFieldNames.size(); ++k) {
      if (name != kFieldNames[k] || datatype != kFloat32 || offset > 0xFFFF) continue;
      offsets[k] = offset;
      point_end = std::max(point_end, offset + 4);
    }
  }
  return offsets;
}

}  // namespace

PointXyzi PointCloudView::point(std::size_t index) const {
  const std::byte* at = data.data() + index * point_step;
  PointXyzi point{};
  std::memcpy(&point.x, at + x_offset, 4);
  std::memcpy(&point.y, at + y_offset, 4);
  std::memcpy(&point.z, at + z_offset, 4);
  if (intensity_offset != kNoField) std::memcpy(&point.intensity, at + intensity_offset, 4);
  return point;
}

std::span<const PointXyzi> PointCloudView::packed() const {
  const bool is_packed = point_step == sizeof(PointXyzi) && x_offset == 0 && y_offset == 4 && z_offset == 8 &&
                         intensity_offset == 12 && reinterpret_cast<std::uintptr_t>(data.data()) % 4 == 0;
  if (!is_packed) return {};
  return {reinterpret_cast<const PointXyzi*>(data.data()), size()};
}

Result<PointCloudView> PointCloudView::parse(std::span<const std::byte> cdr) {
  CdrPrefixReader in(cdr);
  PointCloudView view;
  view.stamp = read_stamp(in);
  view.frame_id = in.text();
  view.height = in.number<std::uint32_t>();
  view.width = in.number<std::uint32_t>();
  std::uint32_t point_end = 0;
  const auto offsets = read_fields(in, point_end);
  const bool is_bigendian = in.number<std::uint8_t>() != 0;
  view.point_step = in.number<std::uint32_t>();
  in.number<std::uint32_t>();  // row_step: height * width * point_step is what counts
  view.data = in.octets();
  view.is_dense = in.number<std::uint8_t>() != 0;
  if (!in.is_good())
    return error(ErrorCode::kCorrupt, "PointCloud2 of {} bytes ends before its last member", cdr.size());
  if (is_bigendian) return error(ErrorCode::kUnsupported, "PointCloud2 is big-endian: expected little-endian");
  for (std::size_t k = 0; k < 3; ++k)
    if (offsets[k] == kNoField)
      return error(ErrorCode::kUnsupported, "PointCloud2 has no float32 field '{}'", kFieldNames[k]);
  const std::uint64_t points = std::uint64_t{view.height} * view.width;
  const bool fits = view.point_step > 0 && view.point_step >= point_end &&
                    view.data.size() / view.point_step == points && view.data.size() % view.point_step == 0;
  if (!fits)
    return error(ErrorCode::kCorrupt, "PointCloud2 {}x{} with point_step {} holds {} bytes: expected {}", view.width,
                 view.height, view.point_step, view.data.size(), points * view.point_step);
  view.x_offset = offsets[0];
  view.y_offset = offsets[1];
  view.z_offset = offsets[2];
  view.intensity_offset = offsets[3];
  return view;
}

Result<CloudDraft> draft_cloud(const CloudShape& shape, BufferPool& pool) {
  const std::size_t points = std::size_t{shape.height} * shape.width;
  const auto write = [&](std::span<std::byte> out, std::size_t& data_at) {
    CdrPrefixWriter cdr(out);
    write_stamp(cdr, shape.stamp);
    cdr.text(shape.frame_id);
    cdr.number(shape.height);
    cdr.number(shape.width);
    cdr.number(static_cast<std::uint32_t>(kFieldNames.size()));
    for (std::uint32_t k = 0; k < kFieldNames.size(); ++k) {
      cdr.text(kFieldNames[k]);
      cdr.number(k * 4);
      cdr.number(kFloat32);
      cdr.number(std::uint32_t{1});
    }
    cdr.number(std::uint8_t{0});  // is_bigendian
    cdr.number(std::uint32_t{sizeof(PointXyzi)});
    cdr.number(static_cast<std::uint32_t>(shape.width * sizeof(PointXyzi)));
    data_at = cdr.octets(points * sizeof(PointXyzi));
    cdr.number(static_cast<std::uint8_t>(shape.is_dense));
    return cdr.size();
  };
  CloudDraft draft;
  OCELLI_ASSIGN(const std::size_t data_at, place_bulk(write, pool, draft.cdr));
  draft.points = {reinterpret_cast<PointXyzi*>(draft.cdr->bytes().data() + data_at), points};
  return draft;
}

}  // namespace ocelli::topics
