package io.tensorcache.internal.store;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a thread wants of the entry it is looking up, and what it got. One per thread, reused; open
 * only during one look-up. Confined to one thread.
 */
final class EntryRead {
  private enum Want {
    NOTHING,
    COPY,
    ROW,
    SCHEMA,
    BYTES
  }

  private Want want = Want.NOTHING;
  private @Nullable TensorKey key;
  private @Nullable RowTarget target;
  private @Nullable Row row;
  private @Nullable RowSchema schema;
  private @Nullable ByteBuffer bytes;
  private @Nullable CorruptEntryException damage;
  private boolean expected;

  boolean isOpen() {
    return want != Want.NOTHING;
  }

  void openForCopy(TensorKey key, RowTarget target) {
    open(Want.COPY, key);
    this.target = target;
  }

  void openForRow(TensorKey key) {
    open(Want.ROW, key);
  }

  void openForSchema(TensorKey key) {
    open(Want.SCHEMA, key);
  }

  /** For the entry as it is, unverified. */
  void openForBytes(TensorKey key) {
    open(Want.BYTES, key);
  }

  private void open(Want what, TensorKey of) {
    want = what;
    key = of;
    row = null;
    schema = null;
    bytes = null;
    damage = null;
    expected = false;
  }

  /** Ends the look-up and forgets the caller's objects; what was found stays until the next. */
  void close() {
    want = Want.NOTHING;
    key = null;
    target = null;
  }

  /** Takes what is wanted from the entry. Throws nothing: it runs under a lock of Ehcache. */
  void accept(ByteBuffer entry) {
    TensorKey of = key;
    if (of == null) {
      return;
    }
    try {
      switch (want) {
        case COPY -> expected = target != null && EntryFormatV1.decodeInto(entry, of, target);
        case BYTES -> bytes = copyOf(entry);
        case ROW -> row = EntryFormatV1.decode(entry, of);
        default -> schema = EntryFormatV1.readSchema(entry);
      }
    } catch (CorruptEntryException e) {
      damage = e;
    } catch (RuntimeException e) {
      damage = new CorruptEntryException("an entry of " + of + " cannot be decoded: " + e, e);
    }
  }

  private static ByteBuffer copyOf(ByteBuffer entry) {
    byte[] copy = new byte[entry.remaining()];
    entry.get(entry.position(), copy);
    return ByteBuffer.wrap(copy);
  }

  /** True if the row was written to the target. */
  boolean isExpected() {
    return expected;
  }

  @Nullable CorruptEntryException damage() {
    return damage;
  }

  /** The row that was found; gives it away. */
  @Nullable Row takeRow() {
    Row found = row;
    row = null;
    return found;
  }

  /** The schema that was found; gives it away. */
  @Nullable RowSchema takeSchema() {
    RowSchema found = schema;
    schema = null;
    return found;
  }

  /** The bytes that were found, a copy; gives it away. */
  @Nullable ByteBuffer takeBytes() {
    ByteBuffer found = bytes;
    bytes = null;
    return found;
  }
}
