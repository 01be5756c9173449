package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.stats.MissReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LookupCountTest {
  private final OpenCalls open = OpenCalls.inMemory();
  private final FunctionState function = open.functions.open("f", OpenCalls.ROWS);
  private final LookupCount found = new LookupCount();

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void reportsHitsByTier() {
    assertTrue(found.add(0, Lookup.HEAP_HIT));
    assertTrue(found.add(1, Lookup.DISK_HIT));
    assertTrue(found.add(2, Lookup.DURABLE_HIT));
    assertTrue(found.add(3, Lookup.DURABLE_HIT));
    assertFalse(found.add(4, Lookup.MISS));
    found.addWaited();
    found.addWaited();
    assertEquals(3, found.fromDisk());
    found.reportHits(open.functions.recorder(), function);
    assertEquals(1, open.stats().hitsByTier().get(Tier.HEAP));
    assertEquals(1, open.stats().hitsByTier().get(Tier.DISK));
    assertEquals(2, open.stats().hitsByTier().get(Tier.DURABLE));
    assertEquals(0, open.stats().hitsByTier().get(Tier.OFF_HEAP));
    assertEquals(2, open.stats().waited());
  }

  @Test
  void aDamagedRowThatTheStoreHasIsNoMiss() {
    assertFalse(found.add(0, Lookup.CORRUPT));
    assertFalse(found.add(1, Lookup.CORRUPT));
    assertEquals(2, found.corrupt());
    found.add(0, Lookup.HEAP_HIT);
    assertEquals(2, found.corrupt());
    found.add(0, Lookup.DURABLE_HIT);
    assertEquals(1, found.corrupt());
  }

  @Test
  void whatWasFoundDidNotServeWhereTheBatchIsComputed() {
    found.add(0, Lookup.HEAP_HIT);
    found.addWaited();
    assertFalse(found.sawOtherShape());
    found.reportRecomputed(open.functions.recorder(), function);
    assertEquals(2, open.misses(MissReason.RECOMPUTED));
    assertFalse(found.add(2, Lookup.OTHER_SCHEMA));
    assertTrue(found.sawOtherShape());
    found.reportRecomputed(open.functions.recorder(), function);
    assertEquals(2, open.misses(MissReason.OTHER_SHAPE));
    assertEquals(2, open.misses(MissReason.RECOMPUTED));
    assertEquals(0, open.stats().hits());
  }

  @Test
  void knowsHowManyWereToldAsMisses() {
    found.addMissed(3);
    found.addMissed(4);
    assertEquals(7, found.missed());
  }
}
