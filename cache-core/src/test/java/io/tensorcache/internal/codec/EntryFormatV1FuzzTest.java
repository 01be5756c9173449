package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged and hostile entries: a {@link CorruptEntryException}, nothing else, never a value. */
class EntryFormatV1FuzzTest {
  private static final TensorKey KEY = new TensorKey(11, -12);
  private final Row row = SampleRows.several(new Random(6));
  private final RowTarget target = SampleRows.target(row.schema(), 1, true);

  private byte[] entry(Compression compression) {
    ByteBuffer entry = EntryFormatV1.encode(KEY, row, compression);
    byte[] bytes = new byte[entry.remaining()];
    entry.get(bytes);
    return bytes;
  }

  private void refused(byte[] bytes, String what) {
    refused(bytes, () -> what);
  }

  private void refused(byte[] bytes, Supplier<String> what) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    assertThrows(
        CorruptEntryException.class, () -> EntryFormatV1.decodeInto(in, KEY, target), what);
    assertThrows(CorruptEntryException.class, () -> EntryFormatV1.decode(in, KEY), what);
  }

  /** Of the header each one, of the rest every seventh. */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void aFlippedBitIsFound(Compression compression) {
    flipBits(compression, 7);
  }

  @Tag("nightly")
  @ParameterizedTest
  @EnumSource(Compression.class)
  void everyFlippedBitIsFound(Compression compression) {
    flipBits(compression, 1);
  }

  private void flipBits(Compression compression, int step) {
    byte[] bytes = entry(compression);
    int header = 8 * EntryFormatV1.headerBytes(row.schema());
    int first = new Random().nextInt(step);
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      if (bit >= header && bit % step != first) {
        continue;
      }
      int flipped = bit;
      bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
      refused(bytes, () -> "bit " + flipped);
      bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
    }
    assertTrue(EntryFormatV1.decodeInto(ByteBuffer.wrap(bytes), KEY, target), "sound again");
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void everyTruncationAndEveryTailIsFound(Compression compression) {
    byte[] bytes = entry(compression);
    for (int length = 0; length < bytes.length; length++) {
      refused(Arrays.copyOf(bytes, length), "first " + length + " bytes");
    }
    for (int extra = 1; extra < 70; extra++) {
      refused(Arrays.copyOf(bytes, bytes.length + extra), extra + " bytes too many");
    }
  }

  @Test
  void randomBytesAreRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      int round = i;
      refused(bytes, () -> "seed " + seed + ", round " + round);
    }
  }

  /**
   * Random values in the header of an entry whose checksum is right: what an attacker can write.
   */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void hostileHeadersWithARightChecksumNeverDoMoreThanBeRefused(Compression compression) {
    hostileHeaders(compression, 12_000);
  }

  @Tag("nightly")
  @ParameterizedTest
  @EnumSource(Compression.class)
  void norDoManyHostileHeaders(Compression compression) {
    hostileHeaders(compression, 60_000);
  }

  private void hostileHeaders(Compression compression, int rounds) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] sound = entry(compression);
    int header = EntryFormatV1.headerBytes(row.schema());
    int[] values = {0, 1, -1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, Integer.MAX_VALUE, Integer.MIN_VALUE};
    int refused = 0;
    for (int i = 0; i < rounds; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        int at = 8 + random.nextInt(header - 8);
        if (random.nextBoolean()) {
          bytes.put(at, (byte) random.nextInt());
        } else {
          bytes.putInt(at & ~3, values[random.nextInt(values.length)]);
        }
      }
      bytes.putInt(4, EntryChecksum.of(bytes, 8, sound.length));
      refused += isRefusedOrSound(bytes, "seed " + seed + ", round " + i) ? 1 : 0;
    }
    assertTrue(refused > rounds / 3, refused + " of " + rounds + " refused");
  }

  /** Random payloads behind a sound header and checksum: LZ4 must not leave its bounds. */
  @Test
  void hostilePayloadsWithARightChecksumStayInTheirBounds() {
    hostilePayloads(5_000);
  }

  @Tag("nightly")
  @Test
  void soDoManyHostilePayloads() {
    hostilePayloads(20_000);
  }

  private void hostilePayloads(int rounds) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] sound = entry(Compression.LZ4);
    int header = EntryFormatV1.headerBytes(row.schema());
    int refused = 0;
    for (int i = 0; i < rounds; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
        bytes.put(header + random.nextInt(sound.length - header), (byte) random.nextInt());
      }
      bytes.putInt(4, EntryChecksum.of(bytes, 8, sound.length));
      refused += isRefusedOrSound(bytes, "seed " + seed + ", round " + i) ? 1 : 0;
    }
    assertTrue(refused > rounds / 20, refused + " of " + rounds + " refused");
  }

  /** True if refused. Otherwise both ways to read it must agree on what it says. */
  private boolean isRefusedOrSound(ByteBuffer bytes, String what) {
    ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
    boolean written;
    try {
      written = EntryFormatV1.decodeInto(bytes, KEY, new RowTarget(row.schema(), buffers));
    } catch (CorruptEntryException e) {
      return true;
    }
    try {
      Row decoded = EntryFormatV1.decode(bytes, KEY);
      for (int part = 0; written && part < buffers.length; part++) {
        byte[] expected = SampleRows.expectedBytes(decoded, part);
        byte[] actual = SampleRows.bytesAt(buffers[part], 0, expected.length);
        assertArrayEquals(expected, actual, what);
      }
    } catch (CorruptEntryException e) {
      throw new AssertionError(what + ": one reader took what the other refused", e);
    }
    return false;
  }

  @Test
  void aHugeClaimedLengthIsRefusedBeforeAnythingIsAllocated() {
    byte[] sound = entry(Compression.LZ4);
    int header = EntryFormatV1.headerBytes(row.schema());
    ByteBuffer bytes = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
    int labels = header - EntryFormatV1.PART_ENTRY_BYTES * 5; // the third of seven parts
    bytes.putInt(labels + 4, Integer.MAX_VALUE - 16);
    bytes.putInt(4, EntryChecksum.of(bytes, 8, sound.length));
    refused(sound, "2 GiB from a few hundred bytes");
    assertThrows(
        CorruptEntryException.class, () -> EntryFormatV1.readHeader(ByteBuffer.wrap(sound)));
  }
}
