package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.CorruptEntryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The bytes of a segment, bit by bit: what is read is what was written, or nothing. */
class SegmentFormatTest {
  private static final long TAG = 0x0123456789ABCDEFL;
  private static final SegmentName NAME = new SegmentName(-5, 123);

  private static ByteBuffer flipped(ByteBuffer bytes, int bit) {
    byte[] copy = Mutations.flipped(bytes.array(), bit);
    return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Of the tag and these bytes, as FORMAT.md says. */
  private static int taggedSum(ByteBuffer bytes, int from, int to) {
    CRC32C sum = new CRC32C();
    sum.update(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, TAG));
    sum.update(bytes.array(), from, to - from);
    return (int) sum.getValue();
  }

  @Test
  void aRecordTakesWholeUnits() {
    assertEquals(64, SegmentFormatV1.recordBytes(0));
    assertEquals(64, SegmentFormatV1.recordBytes(32));
    assertEquals(128, SegmentFormatV1.recordBytes(33));
    assertEquals((1L << 31) + 64, SegmentFormatV1.recordBytes(Integer.MAX_VALUE));
  }

  @Test
  void theHeadOfASegmentSaysWhichItIs() {
    ByteBuffer sound = SegmentFormatV1.header(new SegmentFormatV1.Header(TAG, NAME, 77));
    assertEquals(64, sound.remaining());
    assertEquals(
        new SegmentFormatV1.Header(TAG, NAME, 77), SegmentFormatV1.readHeader(sound, NAME));
    for (int bit = 0; bit < 8 * 64; bit++) {
      ByteBuffer damaged = flipped(sound, bit);
      assertThrows(
          CorruptEntryException.class, () -> SegmentFormatV1.readHeader(damaged, NAME), "" + bit);
    }
    ByteBuffer cut = SegmentFormatV1.buffer(64).put(sound.array()).flip().limit(63);
    assertThrows(CorruptEntryException.class, () -> SegmentFormatV1.readHeader(cut, NAME));
    sound.putShort(8, (short) 2).putInt(4, SegmentFormatV1.sum(sound, 8, 64));
    String why =
        assertThrows(NewerFormatException.class, () -> SegmentFormatV1.readHeader(sound, NAME))
            .getMessage();
    assertTrue(why.startsWith(NAME + " has format version 2, this program reads 1"), why);
  }

  private static ByteBuffer recordHeader() {
    ByteBuffer out = SegmentFormatV1.buffer(32);
    SegmentFormatV1.putRecordHeader(out, TAG, new SegmentFormatV1.RecordHeader(1, 100, 3, 4));
    assertEquals(32, out.position());
    return out;
  }

  @Test
  void theHeadOfARecordIsWhatWasWrittenOrNone() {
    ByteBuffer sound = recordHeader();
    assertEquals(
        new SegmentFormatV1.RecordHeader(1, 100, 3, 4),
        SegmentFormatV1.readRecordHeader(sound, 0, TAG));
    for (int bit = 0; bit < 8 * 32; bit++) {
      assertNull(SegmentFormatV1.readRecordHeader(flipped(sound, bit), 0, TAG), "bit " + bit);
    }
    for (int bit = 0; bit < Long.SIZE; bit++) {
      assertNull(SegmentFormatV1.readRecordHeader(sound, 0, TAG ^ 1L << bit), "of another segment");
    }
    assertNull(SegmentFormatV1.readRecordHeader(recordHeader().limit(31), 0, TAG));
  }

  @Test
  void theHeadOfARecordThatIsForgedIsNone() {
    ByteBuffer negative = recordHeader().putInt(12, -1);
    negative.putInt(4, taggedSum(negative, 8, 32));
    assertNull(SegmentFormatV1.readRecordHeader(negative, 0, TAG));
    ByteBuffer empty = recordHeader().putInt(12, 0);
    empty.putInt(4, taggedSum(empty, 8, 32));
    assertEquals(0, SegmentFormatV1.readRecordHeader(empty, 0, TAG).bodyBytes());
    ByteBuffer later = recordHeader().put(8, (byte) 2);
    later.putInt(4, taggedSum(later, 8, 32));
    assertNull(SegmentFormatV1.readRecordHeader(later, 0, TAG));
  }

  @Test
  void aProvenanceIsWhatWasWrittenOrNone() {
    Provenance of = new Provenance("nét", 5, -6);
    ByteBuffer sound = SegmentFormatV1.provenance(9, of);
    assertEquals(Map.entry(9, of), SegmentFormatV1.readProvenance(sound));
    for (int bit = 0; bit < 8 * sound.limit(); bit++) {
      assertNull(SegmentFormatV1.readProvenance(flipped(sound, bit)), "bit " + bit);
    }
    for (int length = 0; length < sound.limit(); length++) {
      ByteBuffer cut = flipped(sound, 0).put(0, sound.get(0)).limit(length);
      assertNull(SegmentFormatV1.readProvenance(cut), "length " + length);
    }
    Provenance longest = new Provenance("n".repeat(4096), 1, 2);
    assertEquals(
        longest, SegmentFormatV1.readProvenance(SegmentFormatV1.provenance(1, longest)).getValue());
    Provenance none = new Provenance("", 1, 2);
    assertEquals(
        none, SegmentFormatV1.readProvenance(SegmentFormatV1.provenance(1, none)).getValue());
    assertThrows(
        IllegalArgumentException.class, () -> new Provenance("é".repeat(2048) + "n", 1, 2));
  }

  @Test
  void aNameThatIsForgedIsNone() {
    ByteBuffer longer = SegmentFormatV1.provenance(9, NET).putShort(24, (short) 4);
    longer.putInt(0, SegmentFormatV1.sum(longer, 4, longer.limit()));
    assertNull(SegmentFormatV1.readProvenance(longer));
    ByteBuffer noText = SegmentFormatV1.provenance(9, NET).put(26, (byte) 0xFF);
    noText.putInt(0, SegmentFormatV1.sum(noText, 4, noText.limit()));
    assertNull(SegmentFormatV1.readProvenance(noText));
    ByteBuffer tooLong = SegmentFormatV1.buffer(26 + 4097).putShort(24, (short) 4097);
    tooLong.putInt(0, SegmentFormatV1.sum(tooLong, 4, tooLong.limit()));
    assertNull(SegmentFormatV1.readProvenance(tooLong));
  }

  @Test
  void aRangeOfRemovedRecordsIsWhatWasWrittenOrNone() {
    ByteBuffer sound = SegmentFormatV1.buffer(16);
    SegmentFormatV1.putDead(sound, TAG, 0, 1);
    assertTrue(SegmentFormatV1.isDead(sound, 0, TAG));
    assertFalse(SegmentFormatV1.isDead(sound, 0, TAG + 1));
    for (int bit = 0; bit < 8 * 16; bit++) {
      assertFalse(SegmentFormatV1.isDead(flipped(sound, bit), 0, TAG), "bit " + bit);
    }
    for (int[] none : new int[][] {{-1, 1}, {3, 3}, {3, 2}}) {
      ByteBuffer out = SegmentFormatV1.buffer(16);
      SegmentFormatV1.putDead(out, TAG, none[0], none[1]);
      assertFalse(SegmentFormatV1.isDead(out, 0, TAG), none[0] + " to " + none[1]);
    }
  }

  @Test
  void namesOfFilesAreThoseOfASegmentOrNone() {
    assertEquals("seg-fffffffffffffffb-123", NAME.toString());
    assertEquals("seg-fffffffffffffffb-123.tcs", NAME.file(SegmentName.SEGMENT));
    for (String suffix : List.of(SegmentName.SEGMENT, SegmentName.INDEX, SegmentName.DEAD)) {
      assertEquals(NAME, SegmentName.of(NAME.file(suffix), suffix));
    }
    assertNull(SegmentName.of(NAME.file(SegmentName.INDEX), SegmentName.SEGMENT));
    assertNull(SegmentName.of(NAME + ".tcs.tmp", SegmentName.SEGMENT));
    assertNull(SegmentName.of("seg-fffffffffffffffb-1234567890.tcs", SegmentName.SEGMENT));
    assertNull(SegmentName.of("other", SegmentName.SEGMENT));
    assertEquals(-5L, SegmentName.writerOfLock(SegmentName.lockName(-5)));
    assertEquals(5L, SegmentName.writerOfLock("seg-0000000000000005.lock"));
    assertNull(SegmentName.writerOfLock("store.lock"));
    assertNotEquals(NAME, new SegmentName(-5, 124));
    assertNotEquals(NAME, new SegmentName(-4, 123));
    assertFalse(NAME.equals(null));
  }

  @Test
  void entriesAreKeptInOrderAndForgottenFromTheEnd() {
    EntryList list = new EntryList();
    for (int i = 0; i < 100; i++) {
      list.add(key(i), i, 2 * i, 3 * i, 1000L * i + 999);
    }
    assertEquals(100, list.count());
    assertEquals(99_999, list.newestMillis());
    List<List<Object>> found = new ArrayList<>();
    list.forEach(
        98, (key, start, bytes, from, at) -> found.add(List.of(key, start, bytes, from, at)));
    assertEquals(
        List.of(
            List.<Object>of(key(98), 98, 196, 294, 98_000L),
            List.<Object>of(key(99), 99, 198, 297, 99_000L)),
        found,
        "to the second");
    list.truncate(60);
    assertEquals(60, list.count());
    found.clear();
    list.forEach((key, start, bytes, from, at) -> found.add(List.of(start)));
    assertEquals(60, found.size());
    assertEquals(List.of(0), found.get(0));
    assertEquals(60 * EntryList.ENTRY_BYTES, list.entryBytes().remaining());
    list.add(key(1), 1, 1, 1, -5_000);
    list.add(key(2), 2, 1, 1, 1L << 60);
    found.clear();
    list.forEach(60, (key, start, bytes, from, at) -> found.add(List.of(at)));
    assertEquals(List.of(List.of(0L), List.of(0xFFFFFFFFL * 1000)), found, "the seconds there are");
  }
}
