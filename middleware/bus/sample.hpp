#pragma once
// One message as the bus carries it: header, and the payload as object, as CDR bytes, or both. Immutable once shared.

#include <algorithm>
#include <memory>
#include <vector>

#include "ocelli/middleware/core/buffer.hpp"
#include "ocelli/middleware/topics/header.hpp"
#include "ocelli/middleware/topics/topic_kind.hpp"

namespace ocelli {

struct Sample {
  SampleHeader header;
  const topics::TopicKind* kind = nullptr;
  std::shared_ptr<const void> value;  // generated message, or the view of a bulk kind; null until someone decodes it
  ConstBufferPtr cdr;                 // encapsulated CDR; null while only this process has seen the message

  /// False when the bytes were overwritten in the ring of their writer: whatever was made from them must be dropped.
  /// Ask after the last use.
  [[nodiscard]] bool intact() const { return cdr == nullptr || cdr->is_intact(); }
};

using SamplePtr = std::shared_ptr<const Sample>;

/// The encoded form; encodes when the sample has only its object, into a buffer of the pool.
[[nodiscard]] inline ConstBufferPtr cdr_of(const Sample& sample, BufferPool& pool = default_pool()) {
  if (sample.cdr != nullptr) return sample.cdr;
  thread_local std::vector<std::byte> scratch;
  sample.kind->codec().encode(sample.value.get(), scratch);
  BufferPtr buffer = pool.take(scratch.size());
  buffer->resize(0, scratch.size());
  std::copy(scratch.begin(), scratch.end(), buffer->bytes().begin());
  return buffer;
}

}  // namespace ocelli
