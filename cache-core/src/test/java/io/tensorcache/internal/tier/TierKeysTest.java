package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys the tiers name, and where they say that a row is. */
class TierKeysTest {
  @TempDir Path directory;

  @Test
  void areThoseOfTheRowsInMemory() {
    try (TiersFixture f = onDisk(2L * HEAP_ROW, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 4; i++) {
        f.store(i);
      }
      assertEquals(Tier.DISK, f.store(9, 900_000));
      assertEquals(4, f.tiers.keys().size());
      assertEquals(Set.of(key(0), key(1), key(2), key(3)), Set.copyOf(f.tiers.keys()));
      assertEquals(List.of(key(2), key(3)), f.tiers.keys().subList(0, 2), "the oldest first");
      f.tiers.remove(key(0));
      f.tiers.remove(key(2));
      assertEquals(Set.of(key(1), key(3)), Set.copyOf(f.tiers.keys()));
    }
  }

  @Test
  void areNoneWithoutTiersInMemory() {
    try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
      f.store(1);
      assertEquals(List.of(), f.tiers.keys());
    }
    try (TiersFixture f = TiersFixture.evicting(0, MIB)) {
      f.store(1);
      assertEquals(List.of(key(1)), f.tiers.keys());
    }
  }

  @Test
  void lieInTheTierThatIsNamed() {
    try (TiersFixture f = onDisk(2L * HEAP_ROW, MIB, directory, WhenFull.RECENT)) {
      for (int i = 0; i < 3; i++) {
        f.store(i);
      }
      f.store(9, 900_000);
      assertEquals(Tier.OFF_HEAP, f.tiers.tierOf(key(0)));
      assertEquals(Tier.HEAP, f.tiers.tierOf(key(1)));
      assertEquals(Tier.DISK, f.tiers.tierOf(key(9)));
      assertNull(f.tiers.tierOf(key(5)));
    }
  }

  @Test
  void areNotToldOfAClosedCache() {
    TiersFixture f = TiersFixture.evicting(HEAP_ROW, MIB);
    f.store(1);
    f.close();
    assertThrows(IllegalStateException.class, f.tiers::keys);
    assertThrows(IllegalStateException.class, () -> f.tiers.tierOf(key(1)));
  }
}
