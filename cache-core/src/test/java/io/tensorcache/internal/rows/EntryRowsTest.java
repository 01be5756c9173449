package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryRowsTest {
  private static final TensorKey KEY = OpenRows.key(1);
  private static final TensorKey OTHER = OpenRows.key(2);
  private static final Provenance SCOPE = new Provenance("scope s", 3, 4);

  @TempDir Path directory;
  private OpenRows open;
  private PersistedRows rows;
  private EntryRows entries;

  @BeforeEach
  void open() {
    open = OpenRows.persisting(1, directory);
    rows = open.persisted();
    entries = rows.entries();
  }

  @AfterEach
  void close() {
    open.close();
  }

  private List<TensorKey> ordered() {
    List<TensorKey> keys = new ArrayList<>();
    entries.forEachRow(
        (key, of) -> {
          assertEquals(SCOPE, of);
          keys.add(key);
        });
    return keys;
  }

  @Test
  void anOrderStandsUntilItIsCarriedOut() {
    assertNull(entries.of(KEY));
    Row row = open.row(1);
    entries.order(KEY, row, SCOPE);
    EntryRows.Order order = entries.of(KEY);
    assertNotNull(order);
    assertSame(row, order.row());
    assertFalse(rows.contains(KEY), "only noted");
    assertEquals(List.of(KEY), ordered());
    entries.carryOut(OTHER);
    assertFalse(rows.contains(KEY));
    entries.carryOut(KEY);
    assertTrue(rows.contains(KEY));
    assertNull(entries.of(KEY));
    assertEquals(List.of(), ordered());
  }

  @Test
  void theLastOrderCounts() {
    entries.order(KEY, open.row(1), SCOPE);
    entries.order(KEY, open.row(2), SCOPE);
    entries.carryOut(KEY);
    Row stored = rows.row(KEY);
    assertNotNull(stored);
    assertEquals(open.row(2).payload(0)[5], stored.payload(0)[5]);
    entries.order(KEY, open.row(3), SCOPE);
    entries.carryOut(KEY);
    stored = rows.row(KEY);
    assertNotNull(stored);
    assertEquals(open.row(3).payload(0)[5], stored.payload(0)[5], "in place of the one before");
    entries.order(KEY, null, SCOPE);
    assertEquals(List.of(), ordered(), "no row is to be there");
    entries.carryOut(KEY);
    assertFalse(rows.contains(KEY));
    assertNull(entries.of(KEY));
  }

  @Test
  void flushingCarriesOutAllOrders() {
    entries.order(KEY, open.row(1), SCOPE);
    entries.order(OTHER, open.row(2), SCOPE);
    assertTrue(rows.flush());
    assertTrue(rows.contains(KEY) && rows.contains(OTHER));
    List<TensorKey> onDisk = new ArrayList<>();
    rows.forEach(entry -> onDisk.add(entry.key()));
    assertEquals(2, onDisk.size());
  }

  @Test
  void closingCarriesOutAllOrders() {
    entries.order(KEY, open.row(1), SCOPE);
    open.close();
    open = OpenRows.persisting(1, directory);
    assertTrue(open.persisted().contains(KEY));
  }

  /** A listener may change entries, on the thread of the store too, which would wait for itself. */
  @Test
  void whatAListenerOrdersIsCarriedOutByTheNextCall() {
    open.whileTelling(
        new StorageException("a row is gone", null),
        () -> {
          assertTrue(rows.isTelling());
          entries.order(KEY, open.row(1), SCOPE);
          entries.carryOut(KEY);
          entries.carryOutAll();
          assertNotNull(entries.of(KEY), "not here");
        });
    assertFalse(rows.isTelling());
    assertFalse(rows.contains(KEY));
    entries.order(OTHER, open.row(2), SCOPE);
    entries.carryOut(OTHER);
    assertTrue(rows.contains(OTHER));
    assertTrue(rows.contains(KEY));
    assertNull(entries.of(KEY));
  }
}
