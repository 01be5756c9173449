package io.tensorcache.internal.tier;

import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.ehcache.spi.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * A key in the off-heap tier. It is the 128 bits; size and group only travel with it, so that an
 * eviction can be counted without looking into memory that was just freed.
 */
final class EntryKey {
  private final long hi;
  private final long lo;
  private final int entryBytes;
  private final int group;

  EntryKey(long hi, long lo, int entryBytes, int group) {
    this.hi = hi;
    this.lo = lo;
    this.entryBytes = entryBytes;
    this.group = group;
  }

  /** For looking up. */
  static EntryKey of(TensorKey key) {
    return new EntryKey(key.hi(), key.lo(), 0, 0);
  }

  TensorKey key() {
    return new TensorKey(hi, lo);
  }

  int entryBytes() {
    return entryBytes;
  }

  int group() {
    return group;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EntryKey that && hi == that.hi && lo == that.lo;
  }

  /** The key is uniformly distributed already. */
  @Override
  public int hashCode() {
    return (int) lo;
  }

  @Override
  public String toString() {
    return key().toString();
  }

  /** 24 bytes, big-endian as Ehcache hands buffers out. Safe for use by several threads. */
  static final class Bytes implements Serializer<EntryKey> {
    private final Consumer<EntryKey> wasRead;

    /** {@code wasRead} is told each key that is read, under a lock of Ehcache. */
    Bytes(Consumer<EntryKey> wasRead) {
      this.wasRead = wasRead;
    }

    @Override
    public ByteBuffer serialize(EntryKey key) {
      return ByteBuffer.allocate(24)
          .putLong(key.hi)
          .putLong(key.lo)
          .putInt(key.entryBytes)
          .putInt(key.group)
          .flip();
    }

    @Override
    public EntryKey read(ByteBuffer bytes) {
      int at = bytes.position();
      long hi = bytes.getLong(at);
      long lo = bytes.getLong(at + 8);
      EntryKey key = new EntryKey(hi, lo, bytes.getInt(at + 16), bytes.getInt(at + 20));
      wasRead.accept(key);
      return key;
    }

    @Override
    public boolean equals(EntryKey key, ByteBuffer bytes) {
      int at = bytes.position();
      return bytes.getLong(at) == key.hi && bytes.getLong(at + 8) == key.lo;
    }
  }
}
