package io.tensorcache.internal.codec;

import io.tensorcache.tensor.TensorKey;
import java.util.List;

/**
 * What the head of an entry says, bounds-checked but not yet covered by a verified checksum.
 *
 * @param key the key the entry was stored under
 * @param group where the row comes from
 * @param schema what the row consists of
 * @param entryBytes bytes of the whole entry
 * @param codecs per part how its payload is written: raw, lz4 or shuffled-lz4
 */
public record EntryHeader(
    TensorKey key, int group, RowSchema schema, int entryBytes, List<String> codecs) {
  /** Copies the list. */
  public EntryHeader {
    codecs = List.copyOf(codecs);
  }
}
