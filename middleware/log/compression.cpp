#include "ocelli/middleware/log/compression.hpp"

#include <lz4frame.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace ocelli::log {
namespace {

/// zstd's fastest normal level: higher ones cost a multiple of the time for a few percent on sensor data.
constexpr int kZstdLevel = 1;

/// Of a file that was cut, the blocks before the cut can be read.
constexpr LZ4F_blockSizeID_t kLz4Block = LZ4F_max256KB;

/// How far a decompression came.
struct Decompressed {
  std::size_t size = 0;
  bool is_whole = false;     // the compressed bytes came to their end
  std::string_view failure;  // of the library; static
};

Result<Bytes> compress_lz4(Bytes in, ByteVector& scratch) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = kLz4Block;
  preferences.frameInfo.contentSize = in.size();
  scratch.resize(std::max(scratch.size(), LZ4F_compressFrameBound(in.size(), &preferences)));
  const std::size_t size = LZ4F_compressFrame(scratch.data(), scratch.size(), in.data(), in.size(), &preferences);
  if (LZ4F_isError(size) != 0)
    return error(ErrorCode::kInternal, "lz4 could not compress {} bytes: {}", in.size(), LZ4F_getErrorName(size));
  return Bytes(scratch).first(size);
}

Result<Bytes> compress_zstd(Bytes in, ByteVector& scratch) {
  scratch.resize(std::max(scratch.size(), ZSTD_compressBound(in.size())));
  const std::size_t size = ZSTD_compress(scratch.data(), scratch.size(), in.data(), in.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0)
    return error(ErrorCode::kInternal, "zstd could not compress {} bytes: {}", in.size(), ZSTD_getErrorName(size));
  return Bytes(scratch).first(size);
}

Decompressed run_lz4(Bytes in, std::span<std::byte> out) {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0)
    return {0, false, "no decompression context"};
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> owner(context,
                                                                                   &LZ4F_freeDecompressionContext);
  std::size_t produced = 0;
  std::size_t consumed = 0;
  std::size_t hint = 1;
  while (hint != 0) {
    std::size_t destination_size = out.size() - produced;
    std::size_t source_size = in.size() - consumed;
    hint =
        LZ4F_decompress(context, out.data() + produced, &destination_size, in.data() + consumed, &source_size, nullptr);
    if (LZ4F_isError(hint) != 0) return {produced, false, LZ4F_getErrorName(hint)};
    produced += destination_size;
    consumed += source_size;
    if (destination_size == 0 && source_size == 0) break;  // it wants more bytes, or more room than was declared
  }
  return {produced, hint == 0, {}};
}

Status decompress_lz4(Bytes in, std::span<std::byte> out) {
  const Decompressed done = run_lz4(in, out);
  if (!done.failure.empty()) return error(ErrorCode::kCorrupt, "lz4: {}", done.failure);
  if (!done.is_whole || done.size != out.size())
    return error(ErrorCode::kCorrupt, "lz4 gives {} bytes{}: expected {}", done.size,
                 done.is_whole ? "" : " and does not end", out.size());
  return ok();
}

std::size_t decompress_zstd_begin(Bytes in, std::span<std::byte> out) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(), &ZSTD_freeDStream);
  if (stream == nullptr) return 0;
  ZSTD_inBuffer source{in.data(), in.size(), 0};
  ZSTD_outBuffer destination{out.data(), out.size(), 0};
  while (source.pos < source.size && destination.pos < destination.size) {
    const std::size_t hint = ZSTD_decompressStream(stream.get(), &destination, &source);
    if (hint == 0 || ZSTD_isError(hint) != 0) break;
  }
  return destination.pos;
}

Status decompress_zstd(Bytes in, std::span<std::byte> out) {
  const std::size_t written = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
  if (ZSTD_isError(written) != 0) return error(ErrorCode::kCorrupt, "zstd: {}", ZSTD_getErrorName(written));
  if (written != out.size()) return error(ErrorCode::kCorrupt, "zstd gives {} bytes: expected {}", written, out.size());
  return ok();
}

}  // namespace

std::string_view mcap_name(Compression compression) {
  if (compression == Compression::kNone) return "";
  return compression == Compression::kLz4 ? "lz4" : "zstd";
}

std::optional<Compression> compression_of(std::string_view mcap_name) {
  if (mcap_name.empty()) return Compression::kNone;
  if (mcap_name == "lz4") return Compression::kLz4;
  if (mcap_name == "zstd") return Compression::kZstd;
  return std::nullopt;
}

Result<Bytes> compress(Compression compression, Bytes in, ByteVector& scratch) {
  if (compression == Compression::kLz4) return compress_lz4(in, scratch);
  if (compression == Compression::kZstd) return compress_zstd(in, scratch);
  return in;
}

std::size_t decompress_begin(Compression compression, Bytes in, std::span<std::byte> out) {
  if (compression == Compression::kLz4) return run_lz4(in, out).size;
  if (compression == Compression::kZstd) return decompress_zstd_begin(in, out);
  const std::size_t size = std::min(in.size(), out.size());
  std::copy_n(in.begin(), size, out.begin());
  return size;
}

Status decompress(Compression compression, Bytes in, std::span<std::byte> out) {
  if (compression == Compression::kLz4) return decompress_lz4(in, out);
  if (compression == Compression::kZstd) return decompress_zstd(in, out);
  if (in.size() != out.size())
    return error(ErrorCode::kCorrupt, "holds {} bytes uncompressed: expected {}", in.size(), out.size());
  std::copy(in.begin(), in.end(), out.begin());
  return ok();
}

}  // namespace ocelli::log
