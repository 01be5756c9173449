package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistedEntriesTest {
  private static final TensorType<HostTensor> TENSOR = new TensorType<>(HostTensor.adapter());

  @TempDir Path directory;
  private OpenScopes open;
  private PersistedEntries entries;

  @BeforeEach
  void open() {
    open = new OpenScopes(directory);
    entries = entries(OpenScopes.VERSION, "s");
  }

  @AfterEach
  void close() {
    open.close();
    assertEquals(List.of(), open.failures);
  }

  private PersistedEntries entries(ComputationDigest fingerprint, String... path) {
    PersistedRows rows = open.rows.persisted();
    assertNotNull(rows);
    return new PersistedEntries(rows, fingerprint, List.of(path));
  }

  private static Row row(float... values) {
    Row row = RowValues.copy(TENSOR.parts(OpenScopes.tensor(values)), -1);
    assertNotNull(row);
    return row;
  }

  private void store(PersistedEntries of, String name, float... values) {
    of.order(name, row(values));
    of.carryOut(name);
  }

  private static @Nullable HostTensor read(PersistedEntries of, String name) {
    return of.read(name, TENSOR, schema -> {});
  }

  @Test
  void whatIsOrderedCountsAsStored() {
    assertFalse(entries.contains("K"));
    assertNull(read(entries, "K"));
    entries.order("K", row(1, 2));
    assertTrue(entries.contains("K"));
    assertArrayEquals(new float[] {1, 2}, read(entries, "K").floats());
    assertEquals(Set.of("K"), entries.names());
    entries.order("K", null);
    assertFalse(entries.contains("K"));
    assertNull(read(entries, "K"));
    assertEquals(Set.of(), entries.names());
  }

  @Test
  void whatIsCarriedOutIsInTheStore() {
    store(entries, "K", 1, 2);
    assertNull(open.rows.persisted().entries().of(key()), "nothing is left to do");
    assertTrue(entries.contains("K"));
    assertArrayEquals(new float[] {1, 2}, read(entries, "K").floats());
    assertTrue(open.rows.flush());
    assertArrayEquals(new float[] {1, 2}, read(entries, "K").floats());
    assertEquals(Set.of("K"), entries.names());
  }

  private static TensorKey key() {
    return OpenScopes.VERSION.and("tensorcache scope 1:1:1:s:K").digest();
  }

  @Test
  void anOrderToRemoveHidesWhatIsStored() {
    store(entries, "K", 1);
    entries.order("K", null);
    assertFalse(entries.contains("K"));
    assertNull(read(entries, "K"));
    entries.carryOut("K");
    assertFalse(entries.contains("K"));
    assertEquals(Set.of(), entries.names());
  }

  @Test
  void theLastOrderCounts() {
    entries.order("K", row(1));
    entries.order("K", row(2));
    assertArrayEquals(new float[] {2}, read(entries, "K").floats());
    entries.carryOut("K");
    assertArrayEquals(new float[] {2}, read(entries, "K").floats());
  }

  @Test
  void isReadByLaterProgramsUnderTheSameFingerprint() {
    store(entries, "K", 1, 2);
    open.close();
    open = new OpenScopes(directory);
    entries = entries(OpenScopes.VERSION, "s");
    assertEquals(Set.of("K"), entries.names());
    assertArrayEquals(new float[] {1, 2}, read(entries, "K").floats());
    PersistedEntries other = entries(ComputationDigest.of(new TensorKey(1, 3)), "s");
    assertFalse(other.contains("K"));
    assertNull(read(other, "K"));
    assertEquals(Set.of(), other.names());
  }

  @Test
  void scopesDoNotSeeEachOther() {
    PersistedEntries inner = entries(OpenScopes.VERSION, "s", "inner");
    PersistedEntries flat = entries(OpenScopes.VERSION, "s/inner");
    store(inner, "K", 1);
    store(entries, "inner/K", 2);
    assertFalse(flat.contains("K"));
    assertFalse(entries.contains("K"));
    assertArrayEquals(new float[] {1}, read(inner, "K").floats());
    assertArrayEquals(new float[] {2}, read(entries, "inner/K").floats());
    assertEquals(Set.of("K"), inner.names());
    assertEquals(Set.of("inner/K"), entries.names(), "the other one is the child's");
    assertEquals(Set.of(), flat.names());
  }

  @Test
  void scopesOfOtherNamesAreOthers() {
    store(entries, "K", 1);
    assertFalse(entries(OpenScopes.VERSION, "t").contains("K"));
    store(entries(OpenScopes.VERSION, "a", "bc"), "K", 2);
    assertFalse(entries(OpenScopes.VERSION, "ab", "c").contains("K"));
  }

  @Test
  void namesAreThoseThatAreOrderedQueuedOrWritten() {
    store(entries, "written", 1);
    assertTrue(open.rows.flush());
    store(entries, "queued", 1);
    entries.order("ordered", row(1));
    store(entries(OpenScopes.VERSION, "other"), "K", 1);
    assertEquals(Set.of("ordered", "queued", "written"), entries.names());
  }

  @Test
  void aRowOfAnotherTypeIsRefusedBeforeItIsRead() {
    IllegalStateException refusal = new IllegalStateException("on purpose");
    List<RowSchema> seen = new ArrayList<>();
    entries.order("K", row(1, 2));
    for (boolean isStored : new boolean[] {false, true}) {
      if (isStored) {
        entries.carryOut("K");
      }
      assertSame(
          refusal,
          assertThrows(
              IllegalStateException.class,
              () ->
                  entries.read(
                      "K",
                      TENSOR,
                      schema -> {
                        seen.add(schema);
                        throw refusal;
                      })));
    }
    RowSchema schema = RowSchema.of(TensorSpec.of(DType.FLOAT32, 2));
    assertEquals(List.of(schema, schema), seen);
  }

  @Test
  void whatIsReadIsFresh() {
    entries.order("K", row(1));
    read(entries, "K").bytes().putFloat(0, 99);
    assertArrayEquals(new float[] {1}, read(entries, "K").floats());
  }
}
