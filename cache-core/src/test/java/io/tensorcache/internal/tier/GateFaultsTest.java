package io.tensorcache.internal.tier;

import static io.tensorcache.config.Compression.LZ4;
import static io.tensorcache.config.Compression.NONE;
import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails, is compressed or has another size while rows go for each other. */
class GateFaultsTest {
  @TempDir Path directory;

  private static boolean ask(TiersFixture f, int number) {
    boolean isHit = f.read(number).isHit();
    if (!isHit) {
      f.store(number);
    }
    return isHit;
  }

  /** Writes a length into Ehcache's file that is none. */
  private void damage(int number) throws IOException {
    Path data;
    try (Stream<Path> all = Files.walk(directory)) {
      data = all.filter(path -> path.toString().endsWith(".data")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(data);
    ByteBuffer hi = ByteBuffer.allocate(16).putLong(key(number).hi());
    byte[] keyBytes = hi.putLong(key(number).lo()).array();
    int at = 0;
    while (!Arrays.equals(bytes, at, at + 16, keyBytes, 0, 16)) {
      at++;
    }
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(4).putInt(-5).flip(), at - 4);
    }
  }

  /** Else a larger cache is followed than there is, which would serve more if it let all in. */
  @Test
  void whatADiskHeldThatIsOffCountsNoMore() throws IOException {
    try (TiersFixture f = onDisk(100L * HEAP_ROW, 0, directory, WhenFull.EVICT)) {
      for (int i = 0; i < 2_000; i++) {
        f.store(i);
      }
      damage(1_000);
      f.read(1_000);
      assertEquals(0, f.use(Tier.DISK).entries());
      int hits = 0;
      for (int epoch = 0; epoch < 40; epoch++) {
        hits += (int) IntStream.range(0, 110).filter(i -> ask(f, i)).count();
      }
      assertTrue(hits >= 3_900, "epochs over 1.1 of the heap were served " + hits);
    }
  }

  /** Of what shrinks, as it is when it is compressed. */
  @Test
  void rowsThatShrinkFillAPool() {
    try (TiersFixture f = new TiersFixture(0, MIB, WhenFull.EVICT, LZ4)) {
      byte[] zeros = new byte[400_000];
      for (int i = 0; i < 20; i++) {
        Row row = Row.of(TiersFixture.schema(zeros.length), 1, new byte[][] {zeros});
        assertEquals(Tier.OFF_HEAP, f.tiers.store(key(i), row), "row " + i);
      }
      byte[] larger = new byte[2 * MIB];
      Row row = Row.of(TiersFixture.schema(larger.length), 1, new byte[][] {larger});
      assertEquals(Tier.OFF_HEAP, f.tiers.store(key(20), row), "plain it would not fit");
    }
  }

  @Test
  void aLargeRowDoesNotTakeThePlaceOfASmallOne() {
    int large = 300_000;
    try (TiersFixture f = new TiersFixture(large + 300, MIB, WhenFull.EVICT, NONE)) {
      assertEquals(Tier.HEAP, f.store(9, large));
      int count = 0;
      while (f.store(10 + count) == Tier.OFF_HEAP) {
        count++;
      }
      for (int i = 0; i < count; i++) {
        f.read(10 + i);
      }
      for (int i = 0; i < 5; i++) {
        f.read(10);
      }
      assertEquals(Lookup.HEAP_HIT, f.read(10));
      assertEquals(1, f.events.evictions.get(), "rows that went for the large one");
      assertEquals(count, f.present(10, 10 + count));
    }
  }

  /** The row below is served, and the one above is told as gone if it is. */
  @Test
  void aRowThatCannotTakeAnothersPlaceIsToldAsGone() {
    try (TiersFixture f = onDisk(HEAP_ROW, 0, directory, WhenFull.EVICT)) {
      f.store(1);
      assertEquals(Tier.DISK, f.store(2));
      f.events.whileAsked =
          () -> {
            throw new IllegalStateException("injected");
          };
      for (int i = 0; i < 8; i++) {
        assertTrue(f.read(2).isHit(), "served, whatever becomes of others");
      }
      assertTrue(f.tiers.contains(key(1)) || f.events.evicted.containsKey(key(1)));
      assertEquals(f.events.evictions.get(), f.use(Tier.HEAP).evictions());
    }
  }

  @Test
  void whatDoesNotGoForWantOfMemoryStays() {
    for (WhenFull whenFull : new WhenFull[] {WhenFull.EVICT, WhenFull.RECENT}) {
      try (TiersFixture f = onDisk(4L * HEAP_ROW, 0, directory, whenFull)) {
        for (int i = 0; i < 4; i++) {
          f.store(i);
        }
        f.events.whileAsked =
            () -> {
              throw new OutOfMemoryError("injected");
            };
        Row large = row(9, 3 * HEAP_ROW).from(TiersFixture.schema(3 * HEAP_ROW), -1);
        assertThrows(OutOfMemoryError.class, () -> f.tiers.store(key(9), large));
        f.events.whileAsked = () -> {};
        for (int i = 0; i < 4; i++) {
          assertTrue(f.tiers.contains(key(i)) || f.events.evicted.containsKey(key(i)), "row " + i);
        }
        assertEquals(Tier.HEAP, f.tiers.store(key(9), large), "the bytes can be had again");
        assertTrue(f.use(Tier.HEAP).bytes().bytes() <= 4L * HEAP_ROW);
      }
    }
  }

  @Test
  void aRowThatDidNotMoveForWantOfMemoryMovesLater() {
    try (TiersFixture f = onDisk(0, MIB, directory, WhenFull.RECENT)) {
      int full = 0;
      while (f.use(Tier.DISK).entries() == 0) {
        f.store(full++);
      }
      f.events.whileAsked =
          () -> {
            throw new OutOfMemoryError("injected");
          };
      for (int i = 0; i < full / 2; i++) {
        assertThrows(OutOfMemoryError.class, () -> f.store(9_999));
      }
      f.events.whileAsked = () -> {};
      for (int i = 0; i < 3 * full; i++) {
        f.store(full + i);
      }
      for (int i = 0; i < full; i++) {
        assertEquals(Tier.DISK, f.tiers.tierOf(key(i)), "row " + i);
      }
    }
  }
}
