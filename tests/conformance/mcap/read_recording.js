// node read_recording.js FILE…: reads recordings with @mcap/core: every CRC, every index, every schema, every message
// decoded by its schema. Prints one line per channel; ends with 1 at the first thing that is not as the format says.
import { readFileSync } from "node:fs";
import { parseIDL } from "@foxglove/omgidl-parser";
import { MessageReader } from "@foxglove/omgidl-serialization";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { loadDecompressHandlers } from "@mcap/support";

function check(condition, message) {
  if (!condition) throw new Error(message);
}

// A sum of every number, text and bit in a decoded message, so that decoding cannot be skipped.
function leaves(value) {
  if (ArrayBuffer.isView(value)) return value.length;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + leaves(item), 0);
  if (value !== null && typeof value === "object") return leaves(Object.values(value));
  check(value !== undefined, "a member without a value");
  return 1;
}

// By the indexes in the summary.
async function readIndexed(bytes, decompressHandlers) {
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset, size) => new Uint8Array(bytes.subarray(Number(offset), Number(offset + size))),
  };
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  check(reader.statistics !== undefined, "no statistics");
  const readers = new Map();
  const channels = new Map();
  for (const channel of reader.channelsById.values()) {
    check(channel.messageEncoding === "cdr", `${channel.topic}: message encoding ${channel.messageEncoding}`);
    const schema = reader.schemasById.get(channel.schemaId);
    check(schema !== undefined, `${channel.topic}: no schema ${channel.schemaId}`);
    check(schema.encoding === "omgidl", `${channel.topic}: schema encoding ${schema.encoding}`);
    const definitions = parseIDL(new TextDecoder().decode(schema.data));
    readers.set(channel.id, new MessageReader(schema.name, definitions));
    channels.set(channel.id, { topic: channel.topic, type: schema.name, messages: 0, leaves: 0 });
  }
  let last = 0n;
  for await (const message of reader.readMessages()) {
    const channel = channels.get(message.channelId);
    check(channel !== undefined, `a message of channel ${message.channelId}, which is not there`);
    check(message.logTime >= last, `${channel.topic}: log time goes back`);
    last = message.logTime;
    channel.messages += 1;
    channel.leaves += leaves(readers.get(message.channelId).readMessage(message.data));
  }
  let total = 0n;
  for (const [id, channel] of channels) {
    const counted = reader.statistics.channelMessageCounts.get(id) ?? 0n;
    check(BigInt(channel.messages) === counted, `${channel.topic}: ${channel.messages} read, ${counted} counted`);
    total += counted;
  }
  check(total === reader.statistics.messageCount, `${total} messages read, ${reader.statistics.messageCount} counted`);
  check(total > 0n, "no messages");
  return channels;
}

// From front to back, without the summary: all CRCs, the data section's included.
function countStreamed(bytes, decompressHandlers) {
  const reader = new McapStreamReader({ validateCrcs: true, decompressHandlers });
  let messages = 0;
  let hasDataCrc = false;
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    reader.append(bytes.subarray(at, at + (1 << 20)));
    for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
      if (record.type === "Message") messages += 1;
      if (record.type === "DataEnd") hasDataCrc = record.dataSectionCrc !== 0;
    }
  }
  check(reader.done(), "the file does not end with a footer and the magic");
  check(hasDataCrc, "no CRC of the data section");
  return messages;
}

let file;
try {
  check(process.argv.length > 2, "usage: node read_recording.js FILE…");
  const decompressHandlers = await loadDecompressHandlers();
  for (file of process.argv.slice(2)) {
    const bytes = readFileSync(file);
    const channels = await readIndexed(bytes, decompressHandlers);
    let messages = 0;
    for (const channel of channels.values()) {
      console.log(`${channel.topic} ${channel.type} ${channel.messages} messages ${channel.leaves} values`);
      messages += channel.messages;
    }
    const streamed = countStreamed(bytes, decompressHandlers);
    check(streamed === messages, `${messages} messages by index, ${streamed} from front to back`);
    console.log(`${file}: ${channels.size} channels, ${messages} messages`);
  }
} catch (problem) {
  console.error(`${file ?? "read_recording"}: ${problem.stack}`);
  process.exit(1);
}
