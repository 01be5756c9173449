package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What tells one entry of a key from another one: its length and bytes 4 to 8, its checksum. */
class EntryValueTest {
  private final EntryReads reads = new EntryReads();
  private final EntryValue.Bytes serializer = new EntryValue.Bytes(reads);

  /** An entry that does not begin with its buffer. */
  private static ByteBuffer entry(int length, int at, int value) {
    ByteBuffer buffer = ByteBuffer.allocate(length + 3).position(3);
    return buffer.put(3 + at, (byte) value);
  }

  private static EntryValue value(int length, int at, int value) {
    return EntryValue.of(entry(length, at, value));
  }

  @Test
  void everyBitOfTheChecksumCounts() {
    EntryValue plain = value(20, 0, 0);
    for (int at = 4; at < 8; at++) {
      for (int bit = 0; bit < 8; bit++) {
        EntryValue other = value(20, at, 1 << bit);
        assertNotEquals(plain, other, "bit " + bit + " of byte " + at);
        assertNotEquals(plain.hashCode(), other.hashCode());
        assertEquals(other, value(20, at, 1 << bit));
        assertEquals(other.hashCode(), value(20, at, 1 << bit).hashCode());
        for (int next = at + 1; next < 8; next++) {
          assertNotEquals(value(20, next, 1 << bit), other, "the same in another byte");
        }
      }
    }
    assertEquals(plain, value(20, 3, 1), "before the checksum");
    assertEquals(plain, value(20, 8, 1), "behind it");
  }

  @Test
  void theLengthCounts() {
    assertNotEquals(value(20, 0, 0), value(21, 0, 0));
    assertNotEquals(value(20, 0, 0).hashCode(), value(21, 0, 0).hashCode());
    assertEquals(20, value(20, 0, 0).entryBytes());
    assertNotEquals(value(8, 0, 0), value(8, 7, 1), "just long enough for a checksum");
    assertEquals(value(7, 0, 0), value(7, 6, 1), "too short for one");
  }

  @Test
  void isTheSameInEhcachesMemory() {
    EntryValue value = value(20, 5, 77);
    assertEquals(ByteBuffer.allocate(20).put(5, (byte) 77), serializer.serialize(value));
    assertEquals(true, serializer.equals(value, entry(20, 5, 77)));
    assertEquals(false, serializer.equals(value, entry(20, 5, 78)));
    assertEquals(value, serializer.read(entry(20, 5, 77)));
  }

  @Test
  void whatOnlyTellsThemApartCannotBeStored() {
    EntryValue read = serializer.read(entry(20, 0, 0));
    assertThrows(IllegalStateException.class, () -> serializer.serialize(read));
  }

  @Test
  void isDeliveredToWhoLooksItUp() {
    EntryRead read = EntryRead.forBytes(new TensorKey(1, 2));
    reads.open(read);
    assertSame(EntryValue.DELIVERED, serializer.read(entry(20, 5, 77)));
    assertEquals(ByteBuffer.allocate(20).put(5, (byte) 77), read.bytes());
    reads.close();
    assertNull(reads.current());
    assertNotEquals(EntryValue.DELIVERED, serializer.read(entry(20, 5, 77)));
  }
}
