#include "ocelli/middleware/topics/image_view.hpp"

#include "ocelli/middleware/topics/bulk_layout.hpp"
#include "ocelli/middleware/topics/cdr_prefix.hpp"

namespace ocelli::topics {
namespace {

/// The same text in memory of ours: a view must survive bytes that change under it. Empty when it is unknown.
std::string_view known_encoding(std::string_view encoding) {
  for (const std::string_view known : {"mono8", "bgr8", "rgb8"})
    if (encoding == known) return known;
  return {};
}

/// Bytes per pixel; 0 = not an encoding that Ocelli handles.
std::uint32_t channels_of(std::string_view encoding) {
  if (encoding == "mono8") return 1;
  return encoding == "bgr8" || encoding == "rgb8" ? 3 : 0;
}

}  // namespace

Result<ImageView> ImageView::parse(std::span<const std::byte> cdr) {
  CdrPrefixReader in(cdr);
  ImageView view;
  view.stamp = read_stamp(in);
  view.frame_id = in.text();
  view.height = in.number<std::uint32_t>();
  view.width = in.number<std::uint32_t>();
  const std::string_view encoding = in.text();
  view.encoding = known_encoding(encoding);
  in.number<std::uint8_t>();  // is_bigendian: means nothing for 8-bit pixels
  view.step = in.number<std::uint32_t>();
  view.data = in.octets();
  if (!in.is_good()) return error(ErrorCode::kCorrupt, "Image of {} bytes ends before its last member", cdr.size());
  const std::uint64_t channels = channels_of(view.encoding);
  if (channels == 0)
    return error(ErrorCode::kUnsupported, "Image encoding '{}': expected bgr8, rgb8 or mono8", encoding);
  // Rows without pixels would hold no bytes, so their number would mean nothing.
  const bool fits = view.step >= view.width * channels && (view.width > 0 || view.height == 0) &&
                    view.data.size() == std::uint64_t{view.step} * view.height;
  if (!fits)
    return error(ErrorCode::kCorrupt, "Image {}x{} {} with step {} holds {} bytes: expected {}{}", view.width,
                 view.height, view.encoding, view.step, view.data.size(), std::uint64_t{view.step} * view.height,
                 view.width == 0 ? " and a width" : "");
  return view;
}

Result<ImageDraft> draft_image(const ImageShape& shape, BufferPool& pool) {
  const std::uint32_t channels = channels_of(shape.encoding);
  if (channels == 0)
    return error(ErrorCode::kInvalidArgument, "image encoding '{}': expected bgr8, rgb8 or mono8", shape.encoding);
  const auto write = [&](std::span<std::byte> out, std::size_t& data_at) {
    CdrPrefixWriter cdr(out);
    write_stamp(cdr, shape.stamp);
    cdr.text(shape.frame_id);
    cdr.number(shape.height);
    cdr.number(shape.width);
    cdr.text(shape.encoding);
    cdr.number(std::uint8_t{0});
    cdr.number(shape.width * channels);
    data_at = cdr.octets(std::size_t{shape.width} * channels * shape.height);
    return cdr.size();
  };
  ImageDraft draft;
  OCELLI_ASSIGN(const std::size_t data_at, place_bulk(write, pool, draft.cdr));
  draft.data = draft.cdr->bytes().subspan(data_at);
  return draft;
}

}  // namespace ocelli::topics
