package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** One part of the index: which records it gives, and how much memory it takes. */
class IndexShardTest {
  private final IndexShard shard = new IndexShard(0);

  private static long place(int number) {
    return Place.of(1, 1 + number, 64);
  }

  private void fill(int from, int to) {
    Random random = new Random(from);
    for (int i = from; i < to; i++) {
      assertTrue(shard.add(random.nextLong(), place(i), i));
    }
  }

  @Test
  void roomThatIsExpectedIsMadeAtOnce() {
    fill(0, 5);
    long before = shard.byteCount();
    shard.expect(1);
    assertEquals(before, shard.byteCount(), "there is room");
    shard.expect(3000);
    long expected = shard.byteCount();
    assertTrue(expected >= 3000 * 4 / 3 * IndexShard.SLOT_BYTES, "bytes " + expected);
    assertTrue(expected <= 3000 * 3 / 2 * IndexShard.SLOT_BYTES, "bytes " + expected);
    fill(5, 3000);
    assertEquals(expected, shard.byteCount());
    assertEquals(3000, shard.size());
    Random random = new Random(0);
    for (int i = 0; i < 5; i++) {
      assertEquals(place(i), shard.find(random.nextLong(), 0, false), "it stays");
    }
  }

  @Test
  void memoryIsGivenBackWhereMostRecordsGo() {
    fill(0, 3000);
    long full = shard.byteCount();
    assertEquals(0, shard.removeIf((tag, place, created) -> false));
    assertEquals(full, shard.byteCount());
    assertEquals(1000, shard.removeIf((tag, place, created) -> Place.start(place) > 2000));
    assertEquals(full, shard.byteCount(), "most are there");
    assertEquals(1900, shard.removeIf((tag, place, created) -> Place.start(place) > 100));
    assertEquals(100, shard.size());
    assertTrue(shard.byteCount() < full / 10, shard.byteCount() + " of " + full);
    Random random = new Random(0);
    for (int i = 0; i < 100; i++) {
      assertEquals(place(i), shard.find(random.nextLong(), 0, false));
    }
  }

  @Test
  void recordsAreFoundByTheirAge() {
    shard.add(7, place(1), 100);
    shard.add(7, place(2), 200);
    assertFalse(shard.add(7, place(2), 300), "there already");
    assertEquals(place(1), shard.find(7, 100, false));
    assertEquals(place(2), shard.find(7, 101, false));
    assertEquals(place(2), shard.find(7, 200, false));
    assertEquals(0, shard.find(7, 201, false));
    assertEquals(0, shard.find(8, 0, false));
  }

  @Test
  void aMarkIsOfOneRecordAndLeavesItsAge() {
    shard.add(7, place(1), 100);
    shard.add(7, place(2), 200);
    shard.find(7, 0, false);
    assertFalse(shard.isUsed(7, place(1)));
    shard.find(7, 0, true);
    assertTrue(shard.isUsed(7, place(1)));
    assertFalse(shard.isUsed(7, place(2)));
    assertFalse(shard.isUsed(8, place(1)), "of another key");
    assertEquals(place(1), shard.find(7, 100, true));
    assertEquals(place(2), shard.find(7, 101, true));
    assertTrue(shard.isUsed(7, place(2)));
    assertEquals(0, shard.find(7, 201, true));
  }

  @Test
  void whatIsRemovedIsGoneOnce() {
    shard.add(7, place(1), 100);
    shard.add(7, place(2), 100);
    assertTrue(shard.contains(7, place(1)));
    assertTrue(shard.remove(7, place(1)));
    assertFalse(shard.remove(7, place(1)));
    assertFalse(shard.contains(7, place(1)));
    assertTrue(shard.contains(7, place(2)));
    assertEquals(1, shard.size());
  }

  @Test
  void theIndexMakesRoomForAllThatIsToCome() {
    KeyIndex index = new KeyIndex();
    index.expectMore(10_000);
    long expected = index.byteCount();
    assertTrue(expected >= 10_000L * 4 / 3 * IndexShard.SLOT_BYTES, "bytes " + expected);
    index.expectMore(100);
    assertEquals(expected, index.byteCount(), "there is room");
    for (int i = 0; i < 10_000; i++) {
      assertTrue(index.add(key(i), place(i), i));
    }
    assertTrue(index.byteCount() <= expected * 11 / 10, "hardly more: " + index.byteCount());
    assertEquals(10_000, index.size());
    assertEquals(place(77), index.use(key(77), 77));
    assertTrue(index.isUsed(key(77), place(77)));
    assertFalse(index.isUsed(key(78), place(78)));
    assertEquals(0, index.find(key(77), 78));
    assertEquals(place(78), index.find(key(78), 0));
    assertTrue(index.remove(key(78), place(78)));
    assertFalse(index.contains(key(78), place(78)));
    assertTrue(index.contains(key(79), place(79)));
    assertEquals(9_999, index.removeIf(place -> true));
    assertEquals(0, index.size());
  }
}
