package io.tensorcache.internal.tier;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SummingCopy;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a thread wants of one entry that it looks up, and what it got. Confined to one thread. */
final class EntryRead {
  private enum Want {
    COPY,
    ROW,
    SCHEMA,
    BYTES,
    GROUP
  }

  private final Want want;
  private final TensorKey key;
  private final @Nullable RowTarget target;
  private final @Nullable SummingCopy copy;
  private @Nullable Row row;
  private @Nullable RowSchema schema;
  private @Nullable ByteBuffer bytes;
  private @Nullable CorruptEntryException damage;
  private boolean expected;
  private int group;

  private EntryRead(Want want, TensorKey key) {
    this(want, key, null, null);
  }

  private EntryRead(
      Want want, TensorKey key, @Nullable RowTarget target, @Nullable SummingCopy copy) {
    this.want = want;
    this.key = key;
    this.target = target;
    this.copy = copy;
  }

  /** {@code copy} is what may be used for it. */
  static EntryRead forCopy(TensorKey key, RowTarget target, @Nullable SummingCopy copy) {
    return new EntryRead(Want.COPY, key, target, copy);
  }

  static EntryRead forRow(TensorKey key) {
    return new EntryRead(Want.ROW, key);
  }

  static EntryRead forSchema(TensorKey key) {
    return new EntryRead(Want.SCHEMA, key);
  }

  /** For the entry as it is, unverified. */
  static EntryRead forBytes(TensorKey key) {
    return new EntryRead(Want.BYTES, key);
  }

  /** For the group of the row. */
  static EntryRead forGroup(TensorKey key) {
    return new EntryRead(Want.GROUP, key);
  }

  /** Takes what is wanted from the entry. Throws nothing: it runs under a lock of Ehcache. */
  void accept(ByteBuffer entry) {
    try {
      switch (want) {
        case COPY -> expected = copyTo(target, entry);
        case BYTES -> bytes = copyOf(entry);
        case GROUP -> group = EntryFormatV1.readHeader(entry).group();
        case ROW -> row = EntryFormatV1.decode(entry, key);
        default -> schema = EntryFormatV1.readSchema(entry);
      }
    } catch (CorruptEntryException e) {
      damage = e;
    } catch (RuntimeException e) {
      damage = new CorruptEntryException("an entry of " + key + " cannot be decoded: " + e, e);
    }
  }

  private boolean copyTo(@Nullable RowTarget to, ByteBuffer entry) {
    return to != null && EntryFormatV1.decodeInto(entry, key, to, copy);
  }

  private static ByteBuffer copyOf(ByteBuffer entry) {
    byte[] copy = new byte[entry.remaining()];
    entry.get(entry.position(), copy);
    return ByteBuffer.wrap(copy);
  }

  TensorKey key() {
    return key;
  }

  /** True if the row was written to the target. */
  boolean isExpected() {
    return expected;
  }

  @Nullable CorruptEntryException damage() {
    return damage;
  }

  /** The row that was found. */
  @Nullable Row row() {
    return row;
  }

  /** The group that was found; 0 if none was. */
  int group() {
    return group;
  }

  /** The schema that was found. */
  @Nullable RowSchema schema() {
    return schema;
  }

  /** The bytes that were found, a copy. */
  @Nullable ByteBuffer bytes() {
    return bytes;
  }
}
