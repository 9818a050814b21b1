#pragma once
// What is where in an MCAP file, from its summary or, when that is missing or incomplete, from a walk over all its
// bytes. Messages lie in blocks: a chunk, or a run of message records outside chunks; both are read the same way.

#include <optional>
#include <string>
#include <vector>

#include "ocelli/middleware/log/input_bytes.hpp"
#include "ocelli/middleware/log/mcap_summary.hpp"

namespace ocelli::log {

/// What a reader will hold in memory at most. A file that asks for more is damaged, or needs a bigger limit.
struct McapLimits {
  std::uint64_t record_size = 1ULL << 30U;  // of one record, and of one chunk after decompression
  std::uint64_t cached_size = 1ULL << 28U;  // of blocks that wait for messages of others that come first
};

struct McapBlock {
  bool is_chunk = false;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // a chunk's record with opcode and length, or all records of the run
  Time begin;                // log times
  Time end;
  std::vector<ChannelId> channels;  // sorted; empty = not known
  bool is_cut = false;              // a chunk without its end: its first messages, which no CRC vouches for
};

struct McapIndex {
  HeaderRecord header;
  Summary summary;
  std::vector<McapBlock> blocks;      // in file order
  std::vector<std::string> problems;  // what was dropped, and why
  bool is_recovered = false;          // the file has no proper end, or parts of it are lost
};

/// Refuses what is not MCAP at all (kCorrupt); everything else opens with what can be read.
[[nodiscard]] Result<McapIndex> index_mcap(const InputBytes& input, const McapLimits& limits);

/// The index from the summary; nothing when there is none, it is damaged (then `why` says so) or leaves out where
/// things lie.
[[nodiscard]] std::optional<McapIndex> index_from_summary(const InputBytes& input, const McapLimits& limits,
                                                          std::string& why);

/// The index from a walk over all records. Every CRC on the way is checked. Precondition: the magic is there.
[[nodiscard]] Result<McapIndex> index_from_scan(const InputBytes& input, const McapLimits& limits);

/// The bytes of a block's records, uncompressed and checked. Errors: kCorrupt, kUnsupported (compression),
/// kExhausted (beyond the limits), kUnavailable.
struct BlockBytes {
  std::shared_ptr<const std::byte[]> owner;
  Bytes records;
};
[[nodiscard]] Result<BlockBytes> load_block(const InputBytes& input, const McapLimits& limits, const McapBlock& block);

/// Uninitialised memory, shared.
[[nodiscard]] std::shared_ptr<std::byte[]> allocate_bytes(std::size_t size);

}  // namespace ocelli::log
