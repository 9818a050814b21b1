// Random bytes as the bulk messages: a view that was accepted can be read to its end.
#include "ocelli/middleware/topics/image_view.hpp"
#include "ocelli/middleware/topics/point_cloud_view.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocelli::topics;
  const std::span<const std::byte> cdr{reinterpret_cast<const std::byte*>(data), size};
  volatile int sink = 0;
  if (const auto image = ImageView::parse(cdr))
    for (std::uint32_t row = 0; row < image->height; ++row)
      for (std::size_t i = 0; i < std::size_t{image->width} * image->channels(); ++i)
        sink = std::to_integer<int>(image->data[std::size_t{row} * image->step + i]);
  if (const auto cloud = PointCloudView::parse(cdr))
    for (std::size_t i = 0; i < cloud->size(); ++i) sink = static_cast<int>(cloud->point(i).x > 0.0F);
  static_cast<void>(sink);
  return 0;
}
