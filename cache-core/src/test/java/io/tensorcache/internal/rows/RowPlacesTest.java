package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowPlacesTest {
  private static final TensorKey KEY = OpenRows.key(1);
  private static final TensorKey OTHER = OpenRows.key(2);

  @TempDir Path directory;

  private static void served(OpenRows open, TensorKey key) {
    open.rows.places(true).served(key, OpenRows.ROW_BYTES, UnaryOperator.identity(), open.group);
  }

  /** In the store, but not in memory. */
  private static void storeBelow(OpenRows open, int number) {
    TensorKey key = OpenRows.key(number);
    assertEquals(Storing.QUEUED, open.persisted().store(key, open.row(number), open.group));
  }

  @Test
  void aRowOfMemoryOnlyIsCountedWithItsGroup() {
    try (OpenRows open = OpenRows.recent(1)) {
      RowPlaces places = open.rows.places(false);
      assertNull(places.persisted());
      assertFalse(places.mayLieOnDisk());
      assertFalse(places.growOld());
      assertFalse(places.contains(KEY));
      places.store(KEY, open.row(1), open.group);
      assertTrue(places.contains(KEY));
      assertEquals(1, open.group.rows());
      places.store(KEY, open.row(1), open.group);
      assertEquals(1, open.group.rows(), "it is there");
      places.store(OTHER, open.row(2), open.group);
      assertEquals(1, open.group.rows(), "the first one had to go");
      assertEquals(List.of(KEY + " " + open.group.number()), open.evicted);
      assertEquals(1, open.state.counts().evictions.sum());
      assertTrue(open.rows.evictionsSince(KEY) >= 0);
      assertEquals(-1, open.rows.evictionsSince(OTHER));
      places.drop(KEY, open.group);
      assertEquals(1, open.group.rows(), "it is not there");
      places.drop(OTHER, open.group);
      assertFalse(places.contains(OTHER));
      assertEquals(0, open.group.rows());
      assertEquals(0, open.state.counts().rowsNotAdmitted.sum());
    }
  }

  @Test
  void aRowThatIsRefusedIsCountedAsThat() {
    try (OpenRows open = OpenRows.inMemory(1)) {
      RowPlaces places = open.rows.places(false);
      places.store(KEY, open.row(1), open.group);
      places.store(OTHER, open.row(2), open.group);
      assertTrue(places.contains(KEY));
      assertFalse(places.contains(OTHER));
      assertEquals(1, open.group.rows());
      assertEquals(1, open.state.counts().rowsRefused.sum());
      assertEquals(1, open.state.counts().rowsNotAdmitted.sum());
      assertTrue(open.rows.evictionsSince(OTHER) >= 0 && open.rows.wasRefused(OTHER));
      assertFalse(open.rows.wasRefused(KEY));
    }
  }

  @Test
  void whatFitsNowhereIsNotAdmitted() {
    try (OpenRows open = new OpenRows(OpenRows.config(0, OpenRows.NONE, null, null))) {
      RowPlaces places = open.rows.places(false);
      places.store(KEY, open.row(1), open.group);
      assertFalse(places.contains(KEY));
      assertEquals(0, open.group.rows());
      assertEquals(1, open.state.counts().rowsNotAdmitted.sum());
    }
  }

  @Test
  void aRowThatPersistsLiesInBoth() {
    try (OpenRows open = OpenRows.persisting(4, directory)) {
      RowPlaces places = open.rows.places(true);
      assertSame(open.rows.persisted(), places.persisted());
      assertTrue(places.mayLieOnDisk());
      assertFalse(open.rows.places(false).mayLieOnDisk());
      places.store(KEY, open.row(1), open.group);
      assertTrue(open.persisted().contains(KEY));
      assertTrue(places.tiers().contains(KEY));
      open.rows.reset();
      assertFalse(places.tiers().contains(KEY));
      assertTrue(places.contains(KEY));
      assertFalse(open.rows.places(false).contains(KEY));
      places.drop(KEY, open.group);
      assertFalse(places.contains(KEY));
    }
  }

  @Test
  void whereMemoryHasNoRoomTheStoreIsEnough() {
    try (OpenRows open = OpenRows.persisting(0, directory)) {
      open.rows.places(true).store(KEY, open.row(1), open.group);
      assertEquals(0, open.state.counts().rowsNotAdmitted.sum());
      assertEquals(0, open.group.rows());
    }
  }

  @Test
  void onDiskRowsMayLieWithoutAStore() {
    try (OpenRows open = OpenRows.onDisk(1, directory)) {
      assertTrue(open.rows.places(false).mayLieOnDisk());
    }
  }

  @Test
  void theSecondTimeTheStoreServesARowItGoesToMemory() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      storeBelow(open, 1);
      CacheTiers tiers = open.rows.tiers();
      served(open, KEY);
      assertFalse(tiers.contains(KEY));
      served(open, KEY);
      assertEquals(Tier.HEAP, tiers.tierOf(KEY));
      assertEquals(1, open.group.rows());
      Row row = tiers.row(KEY);
      assertNotNull(row);
      assertEquals(open.group.number(), row.group());
      storeBelow(open, 2);
      served(open, OTHER);
      served(open, OTHER);
      assertFalse(tiers.contains(OTHER), "never at another's expense");
      assertTrue(tiers.contains(KEY));
      assertEquals(1, open.group.rows());
    }
  }

  @Test
  void itKeepsTheSchemaThatTheFunctionHas() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      storeBelow(open, 1);
      RowSchema own = new RowSchema(open.row(1).schema().parts());
      RowPlaces places = open.rows.places(true);
      for (int i = 0; i < 2; i++) {
        places.served(KEY, OpenRows.ROW_BYTES, schema -> own, open.group);
      }
      assertSame(own, places.tiers().schema(KEY));
    }
  }

  @Test
  void nothingOfAStoreComesWhereRowsDoNotPersist() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      storeBelow(open, 1);
      RowPlaces places = open.rows.places(false);
      for (int i = 0; i < 3; i++) {
        places.served(KEY, OpenRows.ROW_BYTES, UnaryOperator.identity(), open.group);
      }
      assertFalse(places.contains(KEY));
      assertEquals(0, open.group.rows());
    }
  }

  @Test
  void oldRowsLeaveMemory() {
    var store = SampleConfig.store(directory, Duration.ofHours(1));
    try (OpenRows open = new OpenRows(OpenRows.config(4, OpenRows.NONE, null, store))) {
      RowPlaces places = open.rows.places(true);
      assertTrue(places.growOld());
      places.store(KEY, open.row(1), open.group);
      open.now.addAndGet(3_000_000);
      places.store(OTHER, open.row(2), open.group);
      places.dropOld(List.of(KEY, OTHER), open.group);
      assertEquals(2, open.group.rows());
      open.now.addAndGet(3_000_000);
      places.dropOld(List.of(KEY, OTHER), open.group);
      assertFalse(places.tiers().contains(KEY));
      assertTrue(places.tiers().contains(OTHER));
      assertEquals(1, open.group.rows());
      open.rows.places(false).dropOld(List.of(OTHER), open.group);
      assertTrue(places.tiers().contains(OTHER), "those do not grow old");
      open.rows.reset();
      storeBelow(open, 2);
      served(open, OTHER);
      served(open, OTHER);
      assertFalse(places.tiers().contains(OTHER), "only the store knows its age");
    }
  }

  @Test
  void theAgeOfARowEndsWithIt() {
    var store = SampleConfig.store(directory, Duration.ofHours(1));
    try (OpenRows open = new OpenRows(OpenRows.recent(1, store))) {
      RowPlaces places = open.rows.places(true);
      places.store(KEY, open.row(1), open.group);
      places.drop(KEY, open.group);
      open.now.addAndGet(3_000_000);
      places.store(KEY, open.row(1), open.group);
      open.now.addAndGet(3_000_000);
      places.dropOld(List.of(KEY), open.group);
      assertTrue(places.tiers().contains(KEY), "it was computed anew");
      places.store(OTHER, open.row(2), open.group); // KEY is evicted
      places.drop(OTHER, open.group);
      places.store(KEY, open.row(1), open.group);
      open.now.addAndGet(1_000_000);
      places.dropOld(List.of(KEY), open.group);
      assertTrue(places.tiers().contains(KEY), "it was computed anew");
    }
  }
}
