package io.tensorcache.internal.tier;

import java.nio.ByteBuffer;
import org.ehcache.spi.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * An entry on its way into the off-heap tier, or what tells one entry from another on its way out:
 * its length and its checksum. The bytes themselves never come out this way.
 */
final class EntryValue {
  /** What a read returns when the entry was delivered to the thread's {@link EntryRead}. */
  static final EntryValue DELIVERED = new EntryValue(null, -1, 0);

  /** What a failed operation returns. */
  static final EntryValue REFUSED = new EntryValue(null, -2, 0);

  /** The checksum lies in bytes 4 to 8 of every entry format. */
  private static final int CHECKSUM_OFFSET = 4;

  private final @Nullable ByteBuffer entry;
  private final int entryBytes;
  private final int checksum;

  private EntryValue(@Nullable ByteBuffer entry, int entryBytes, int checksum) {
    this.entry = entry;
    this.entryBytes = entryBytes;
    this.checksum = checksum;
  }

  /** A whole entry, from position to limit. */
  static EntryValue of(ByteBuffer entry) {
    return new EntryValue(entry, entry.remaining(), checksumOf(entry));
  }

  private static EntryValue stub(ByteBuffer entry) {
    return new EntryValue(null, entry.remaining(), checksumOf(entry));
  }

  private static int checksumOf(ByteBuffer entry) {
    int first = entry.position() + CHECKSUM_OFFSET;
    return first + 4 > entry.limit()
        ? 0
        : entry.get(first) << 24
            | (entry.get(first + 1) & 0xFF) << 16
            | (entry.get(first + 2) & 0xFF) << 8
            | (entry.get(first + 3) & 0xFF);
  }

  int entryBytes() {
    return entryBytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EntryValue that
        && entryBytes == that.entryBytes
        && checksum == that.checksum;
  }

  @Override
  public int hashCode() {
    return 31 * entryBytes + checksum;
  }

  /** Reads deliver to the thread's {@link EntryRead}, if one is open, without another copy. */
  static final class Bytes implements Serializer<EntryValue> {
    private final EntryReads reads;

    Bytes(EntryReads reads) {
      this.reads = reads;
    }

    @Override
    public ByteBuffer serialize(EntryValue value) {
      if (value.entry == null) {
        throw new IllegalStateException("a stub cannot be stored");
      }
      return value.entry.duplicate();
    }

    /** The buffer lies over live memory, under a lock of Ehcache: nothing of it is kept. */
    @Override
    public EntryValue read(ByteBuffer entry) {
      EntryRead read = reads.current();
      if (read != null) {
        read.accept(entry);
        return DELIVERED;
      }
      return stub(entry);
    }

    @Override
    public boolean equals(EntryValue value, ByteBuffer bytes) {
      return value.equals(stub(bytes));
    }
  }
}
