package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAheadTest {
  @TempDir Path directory;

  private static List<TensorKey> keys(int... numbers) {
    return IntStream.of(numbers).mapToObj(OpenRows::key).toList();
  }

  private static void submit(OpenRows open, List<TensorKey> keys) {
    open.rows.readAhead().submit(keys, open.rows.persisted(), System.nanoTime());
  }

  /** What was read; returns when it is, however many batches were asked for before. */
  private static AheadBatch taken(OpenRows open, List<TensorKey> keys) {
    submit(open, keys);
    // the thread reads one batch after another: when it has begun with a later one, this is read
    List<TensorKey> marker = keys(-1);
    submit(open, marker);
    while (!isBegun(open, marker)) {
      Thread.onSpinWait();
    }
    AheadBatch batch = open.rows.readAhead().take(keys);
    assertNotNull(batch);
    return batch;
  }

  private static boolean isBegun(OpenRows open, List<TensorKey> marker) {
    AheadBatch batch = open.rows.readAhead().take(marker);
    if (batch != null && batch.isRead()) {
      batch.close();
      return true;
    }
    submit(open, marker);
    return false;
  }

  private static void storeBelow(OpenRows open, int... numbers) {
    for (int number : numbers) {
      TensorKey key = OpenRows.key(number);
      assertEquals(Storing.QUEUED, open.persisted().store(key, open.row(number), open.group));
    }
    assertTrue(open.persisted().flush());
  }

  private static byte[] bytes(AheadBatch batch, int index) {
    return SampleRows.bytesAt(batch.parts()[0], index * OpenRows.ROW_BYTES, OpenRows.ROW_BYTES);
  }

  @Test
  void readsWhatIsInTheStoreAndNotInMemory() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      storeBelow(open, 1, 2, 4);
      assertTrue(open.rows.tiers().store(OpenRows.key(2), open.row(2)));
      try (AheadBatch batch = taken(open, keys(1, 2, 3, 4))) {
        assertEquals(open.row(1).schema(), batch.schema());
        assertEquals(Lookup.DURABLE_HIT, batch.found(0));
        assertEquals(Lookup.MISS, batch.found(1), "the heap is faster");
        assertEquals(Lookup.MISS, batch.found(2), "nowhere");
        assertEquals(Lookup.DURABLE_HIT, batch.found(3));
        assertArrayEquals(open.row(1).payload(0), bytes(batch, 0));
        assertArrayEquals(open.row(4).payload(0), bytes(batch, 3));
        assertTrue(batch.costNanos() > 0);
      }
      assertEquals(List.of(), open.failures);
    }
  }

  @Test
  void readsWhatIsInTheDiskTier() {
    try (OpenRows open = OpenRows.onDisk(1, directory)) {
      CacheTiers tiers = open.rows.tiers();
      for (int number = 1; number <= 3; number++) {
        tiers.store(OpenRows.key(number), open.row(number));
      }
      try (AheadBatch batch = taken(open, keys(1, 2, 3))) {
        assertEquals(Lookup.DISK_HIT, batch.found(1));
        assertArrayEquals(open.row(2).payload(0), bytes(batch, 1));
        assertEquals(Lookup.DISK_HIT, batch.found(2));
        assertEquals(Lookup.MISS, batch.found(0), "the heap is faster");
      }
      ReadAhead ahead = open.rows.readAhead();
      assertTrue(ahead.isStillThere(OpenRows.key(2), Lookup.DISK_HIT, null));
      tiers.remove(OpenRows.key(2));
      assertFalse(ahead.isStillThere(OpenRows.key(2), Lookup.DISK_HIT, null));
    }
  }

  @Test
  void whatIsReadInTheStoreMustBeThereStill() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      storeBelow(open, 1);
      PersistedRows durable = open.persisted();
      ReadAhead ahead = open.rows.readAhead();
      assertTrue(ahead.isStillThere(OpenRows.key(1), Lookup.DURABLE_HIT, durable));
      assertFalse(ahead.isStillThere(OpenRows.key(1), Lookup.DURABLE_HIT, null));
      durable.remove(OpenRows.key(1));
      assertFalse(ahead.isStillThere(OpenRows.key(1), Lookup.DURABLE_HIT, durable));
    }
  }

  @Test
  void nothingIsReadOfRowsThatLieNowhere() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      try (AheadBatch batch = taken(open, keys(1, 2))) {
        assertNull(batch.schema());
        assertEquals(Lookup.MISS, batch.found(0));
      }
    }
  }

  @Test
  void aBatchIsTakenOnce() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      ReadAhead ahead = open.rows.readAhead();
      assertTrue(ahead.isEmpty());
      assertNull(ahead.take(keys(1)));
      submit(open, keys(1));
      assertFalse(ahead.isEmpty());
      submit(open, keys(1)); // as it was
      assertNotNull(ahead.take(keys(1)));
      assertTrue(ahead.isEmpty());
      assertNull(ahead.take(keys(1)));
      submit(open, keys(1));
      submit(open, keys(2));
      assertNotNull(ahead.take(keys(1)));
      assertFalse(ahead.isEmpty());
      open.rows.reset();
      assertTrue(ahead.isEmpty());
      assertNull(ahead.take(keys(2)));
    }
  }

  @Test
  void theOldestIsForgottenWhereTooManyWait() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      for (int i = 1; i <= 9; i++) {
        submit(open, keys(i));
      }
      ReadAhead ahead = open.rows.readAhead();
      assertNull(ahead.take(keys(1)));
      for (int i = 2; i <= 9; i++) {
        assertNotNull(ahead.take(keys(i)), "batch " + i);
      }
      assertTrue(ahead.isEmpty());
    }
  }

  @Test
  void aClosedOneReadsNothing() {
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      ReadAhead ahead = open.rows.readAhead();
      submit(open, keys(1));
      ahead.close();
      assertTrue(ahead.isEmpty());
      submit(open, keys(2));
      assertNull(ahead.take(keys(2)));
      assertTrue(ahead.isEmpty());
    }
  }

  @Test
  void itsThreadHasANameAndKeepsNoProgramAlive() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    @Nullable Thread[] reader = new Thread[1];
    try (OpenRows open = OpenRows.persisting(1, directory)) {
      open.listener =
          failure -> {
            reader[0] = Thread.currentThread();
            asked.countDown();
          };
      open.rows.readAhead().submit(new UnreadableKeys(), null, System.nanoTime());
      asked.await();
      Thread thread = reader[0];
      assertNotNull(thread);
      assertEquals("tensorcache-prefetch-c", thread.getName());
      assertTrue(thread.isDaemon());
      assertEquals(ReadAhead.class.getClassLoader(), thread.getContextClassLoader());
      assertTrue(open.failures.get(0) instanceof StorageException);
      String message = open.failures.get(0).getMessage();
      assertTrue(message.startsWith("rows could not be read ahead: "), message);
      assertTrue(message.endsWith("injected"), message);
    }
  }

  /** Fails for whoever looks for a key. */
  private static final class UnreadableKeys extends AbstractList<TensorKey> {
    @Override
    public TensorKey get(int index) {
      throw new UnsupportedOperationException("injected");
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public int hashCode() {
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }
  }
}
