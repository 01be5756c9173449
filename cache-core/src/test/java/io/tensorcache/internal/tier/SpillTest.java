package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that leave one tier for the next. */
class SpillTest {
  private final EhcacheTiers ehcache = new EhcacheTiers(null);
  private final RecordedEvents events = new RecordedEvents();
  private final Notices notices = new Notices(events);
  private final EntryTier tier = tier();
  private final Spill spill = new Spill(tier, events, notices);

  private EntryTier tier() {
    ByteSize none = ByteSize.ofBytes(0);
    EntryReads reads = new EntryReads();
    return new EntryTier(
        ehcache.offHeap(ByteSize.ofMiB(1), reads, key -> {}, notices),
        MIB,
        reads,
        SampleConfig.of(none, ByteSize.ofMiB(1), none, WhenFull.EVICT, Compression.NONE),
        notices);
  }

  @AfterEach
  void close() {
    ehcache.close();
  }

  private static ByteBuffer entry(int number) {
    return EntryFormatV1.encode(key(number), row(number), Compression.NONE);
  }

  /** The first two keys of which one makes room for the other. */
  private TensorKey[] ofOneSegment() {
    TensorKey first = key(0);
    for (int i = 1; ; i++) {
      spill.clear();
      spill.added(first, 1, tier);
      spill.added(key(i), 2, tier);
      if (first.equals(spill.poll(key(i)))) {
        spill.clear();
        return new TensorKey[] {first, key(i)};
      }
    }
  }

  @Test
  void arrivesAsItWas() {
    assertTrue(spill.take(key(1), entry(1), Claim.ALWAYS));
    assertEquals(row(1).schema(), tier.schema(key(1)));
    spill.dropped(key(2), entry(2));
    notices.deliver();
    assertEquals(Map.of(key(2), row(2).group()), events.evicted);
    assertEquals(0, events.failures.size());
  }

  @Test
  void whatIsKeptElsewhereIsNotTaken() {
    events.elsewhere.add(key(1));
    assertFalse(spill.take(key(1), entry(1), Claim.ALWAYS));
    assertFalse(tier.contains(key(1)));
  }

  @Test
  void whatIsDamagedIsToldOnceAndNotTaken() {
    ByteBuffer damaged = ByteBuffer.allocate(3);
    assertFalse(spill.take(key(1), damaged, Claim.ALWAYS));
    spill.dropped(key(1), damaged);
    notices.deliver();
    assertEquals(1, events.failures.size());
    assertTrue(events.failures.get(0) instanceof CorruptEntryException);
    assertEquals(Map.of(key(1), 0), events.evicted);
  }

  @Test
  void eachKeyLeavesOnceWhateverEnters() {
    Set<TensorKey> expected = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      spill.added(key(i), i, tier);
      expected.add(key(i));
    }
    for (int i = 0; i < 200; i++) {
      assertTrue(expected.remove(spill.poll(key(1000))), "key " + i);
    }
    assertNull(spill.poll(key(1000)));
  }

  @Test
  void whatWasReadLeavesLater() {
    TensorKey[] keys = ofOneSegment();
    spill.added(keys[0], 1, tier);
    spill.added(keys[1], 2, tier);
    spill.mark(keys[0]);
    assertEquals(keys[1], spill.poll(keys[0]));
    assertEquals(keys[0], spill.poll(keys[0]));
    assertNull(spill.poll(keys[0]), "cleared before");
  }

  /** Keys of rows that went by themselves do not pile up. */
  @Test
  void forgetsKeysThatAreGone() {
    tier.add(key(0), row(0), Claim.ALWAYS);
    for (int i = 0; i < 100_000; i++) {
      spill.added(key(i), 1, tier);
    }
    boolean isListed = false;
    int listed = 0;
    for (TensorKey next; (next = spill.poll(key(1))) != null; listed++) {
      isListed |= next.equals(key(0));
    }
    assertTrue(isListed, "the row that is there");
    assertTrue(listed <= 16 * (1 + (1 << 12)), "listed: " + listed);
    assertTrue(listed > 10_000, "not looked for at each step: " + listed);
  }

  /** Nor do those that are listed again and again, as of a row that is replaced all the time. */
  @Test
  void forgetsThatARowWasHereBefore() {
    tier.add(key(0), row(0), Claim.ALWAYS);
    for (int i = 0; i < 100_000; i++) {
      spill.added(key(0), 1, tier);
    }
    assertTrue(spill.listed() <= 3 << 12, "listed: " + spill.listed());
  }
}
