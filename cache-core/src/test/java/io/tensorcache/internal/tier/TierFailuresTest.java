package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens while a row is on its way to the disk tier: failures, removals, closing. */
class TierFailuresTest {
  @TempDir Path directory;

  private static Runnable throwing(RuntimeException e) {
    return () -> {
      throw e;
    };
  }

  @Test
  void whatFailsIsToldAndNotAdmitted() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      RuntimeException unexpected = new UnsupportedOperationException("injected");
      f.events.whileAsked = throwing(unexpected);
      assertNull(f.store(1));
      assertEquals(1, f.events.failures.size());
      String message = f.events.failures.get(0).getMessage();
      assertTrue(message.startsWith("the memory tiers of \"test\" failed: "), message);
      assertSame(unexpected, f.events.failures.get(0).getCause());

      StorageException known = new StorageException("injected");
      f.events.whileAsked = throwing(known);
      assertNull(f.store(2));
      assertSame(known, f.events.failures.get(1), "says what it is");

      f.events.whileAsked = () -> {};
      assertEquals(Tier.DISK, f.store(1));
    }
  }

  @Test
  void aRowThatFailsOnTheWayDownIsEvicted() {
    try (TiersFixture f = onDisk(HEAP_ROW, 0, directory, WhenFull.RECENT)) {
      f.store(1);
      f.events.whileAsked = throwing(new IllegalStateException("injected"));
      assertEquals(Tier.HEAP, f.store(2));
      assertEquals(1, f.events.failures.size());
      assertEquals(Map.of(key(1), row(1).group()), f.events.evicted);
      assertEquals(1, f.use(Tier.HEAP).evictions());
      assertFalse(f.tiers.contains(key(1)));
    }
  }

  @Test
  void aRowThatIsRemovedOnTheWayDownDoesNotArrive() {
    try (TiersFixture f = onDisk(HEAP_ROW, 0, directory, WhenFull.RECENT)) {
      f.store(1);
      f.events.whileAsked = () -> f.tiers.remove(key(1));
      assertEquals(Tier.HEAP, f.store(2));
      assertFalse(f.tiers.contains(key(1)));
      assertEquals(0, f.use(Tier.DISK).entries());
      assertEquals(1, f.use(Tier.HEAP).entries());
      assertEquals(0, f.events.evictions.get());
    }
  }

  /** As if by another thread. */
  @Test
  void whoIsClosedMeanwhileIsToldThatAndNothingElse() {
    TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT);
    f.events.whileAsked = f::close;
    String why = assertThrows(IllegalStateException.class, () -> f.store(1)).getMessage();
    assertEquals("the cache \"test\" is closed", why);

    TiersFixture failing = onDisk(0, 0, directory, WhenFull.EVICT);
    failing.events.whileAsked =
        () -> {
          failing.close();
          throw new IllegalStateException("injected");
        };
    why = assertThrows(IllegalStateException.class, () -> failing.store(1)).getMessage();
    assertEquals("the cache \"test\" is closed", why);
    assertEquals(List.of(), f.events.failures);
    assertEquals(List.of(), failing.events.failures);
  }
}
