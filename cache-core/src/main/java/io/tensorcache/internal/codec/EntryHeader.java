package io.tensorcache.internal.codec;

import io.tensorcache.tensor.TensorKey;

/**
 * What the head of an entry says, bounds-checked but not yet covered by a verified checksum.
 *
 * @param key the key the entry was stored under
 * @param group where the row comes from
 * @param schema what the row consists of
 * @param entryBytes bytes of the whole entry
 */
public record EntryHeader(TensorKey key, int group, RowSchema schema, int entryBytes) {}
