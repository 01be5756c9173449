package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Rows on their way to the host, copied by a copier that only counts. */
class HandoverTest {
  private static final long MIB = 1 << 20;

  private final List<List<Integer>> pieces = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();
  private final Set<Integer> unwanted = new HashSet<>();
  private final Set<Integer> refused = new HashSet<>();
  private final Map<Integer, Runnable> removing = new HashMap<>();

  private final Departures<Integer, Integer> host =
      new Departures<>() {
        @Override
        public boolean wants(Integer about) {
          return !unwanted.contains(about);
        }

        @Override
        public boolean take(Integer key, Integer about, byte[][] parts, BooleanSupplier isHeld) {
          taken.add(key + ": " + about + " with " + parts[0].length);
          removing.getOrDefault(key, () -> {}).run();
          return isHeld.getAsBoolean() && !refused.contains(key);
        }

        @Override
        public void dropped(Integer key, Integer about) {
          throw new AssertionError("that is not told here");
        }

        @Override
        public void refused(Integer key) {
          throw new AssertionError("nothing enters");
        }

        @Override
        public void lost(Integer about) {
          throw new AssertionError("no device is lost");
        }

        @Override
        public void noMemory(int device) {
          throw new AssertionError("no memory is asked for");
        }
      };

  /** The copy of row 3 has three bytes. */
  private List<byte[][]> copy(List<ResidentRow<Integer, Integer>> rows) {
    pieces.add(rows.stream().map(row -> row.key).toList());
    return rows.stream().map(row -> new byte[][] {new byte[row.key]}).toList();
  }

  private static ResidentRow<Integer, Integer> row(int key, long byteCount) {
    ResidentRow<Integer, Integer> row = new ResidentRow<>(key, 10 * key, new long[] {byteCount});
    row.isHeld = true;
    return row;
  }

  private static List<ResidentRow<Integer, Integer>> rows(int count, long byteCount) {
    List<ResidentRow<Integer, Integer>> rows = new ArrayList<>();
    for (int key = 1; key <= count; key++) {
      rows.add(row(key, byteCount));
    }
    return rows;
  }

  private static List<Integer> demoted(List<ResidentRow<Integer, Integer>> rows) {
    return rows.stream().filter(row -> row.isDemoted).map(row -> row.key).toList();
  }

  private void handOver(List<ResidentRow<Integer, Integer>> rows) {
    new Handover<>(host, this::copy).of(rows);
  }

  @Test
  void eachRowGoesWithItsOwnCopy() {
    List<ResidentRow<Integer, Integer>> rows = rows(3, 100);
    handOver(rows);
    assertEquals(List.of(List.of(1, 2, 3)), pieces);
    assertEquals(List.of("1: 10 with 1", "2: 20 with 2", "3: 30 with 3"), taken);
    assertEquals(List.of(1, 2, 3), demoted(rows));
    assertTrue(rows.get(0).isHeld, "it stays where it is");
  }

  @Test
  void theHostSeesThatARowIsRemovedMeanwhile() {
    List<ResidentRow<Integer, Integer>> rows = rows(2, 100);
    removing.put(1, () -> rows.get(0).isHeld = false);
    handOver(rows);
    assertEquals(List.of(2), demoted(rows));
  }

  @Test
  void whatNobodyWantsIsNotCopied() {
    unwanted.add(10);
    unwanted.add(30);
    List<ResidentRow<Integer, Integer>> rows = rows(3, 100);
    handOver(rows);
    assertEquals(List.of(List.of(2)), pieces);
    assertEquals(List.of("2: 20 with 2"), taken);
    assertEquals(List.of(2), demoted(rows));
  }

  @Test
  void nothingIsCopiedWhereNothingIsWanted() {
    handOver(List.of());
    unwanted.add(10);
    handOver(rows(1, 100 * MIB));
    assertEquals(List.of(), pieces);
  }

  @Test
  void whatTheHostRefusesIsNotDemoted() {
    refused.add(2);
    List<ResidentRow<Integer, Integer>> rows = rows(3, 100);
    handOver(rows);
    assertEquals(3, taken.size());
    assertEquals(List.of(1, 3), demoted(rows));
  }

  /** Someone removed it while it was copied: it must not come back on the host. */
  @Test
  void aRowThatIsGoneMeanwhileIsNotOffered() {
    List<ResidentRow<Integer, Integer>> rows = rows(2, 100);
    new Handover<Integer, Integer>(
            host,
            all -> {
              all.get(0).isHeld = false;
              return copy(all);
            })
        .of(rows);
    assertEquals(List.of("2: 20 with 2"), taken);
    assertEquals(List.of(2), demoted(rows));
  }

  @Test
  void aPieceEndsWithTheRowThatMakesItMoreThan32Mib() {
    handOver(rows(5, 16 * MIB));
    assertEquals(List.of(List.of(1, 2, 3), List.of(4, 5)), pieces);
  }

  @Test
  void nothingIsCopiedAfterAPieceThatEndsWithTheLastRow() {
    handOver(rows(2, 33 * MIB));
    assertEquals(List.of(List.of(1), List.of(2)), pieces);
  }

  @Test
  void whatIsNotCopiedDoesNotCountForThePiece() {
    unwanted.add(10);
    handOver(List.of(row(1, 100 * MIB), row(2, 32 * MIB), row(3, 1), row(4, 1)));
    assertEquals(List.of(List.of(2, 3), List.of(4)), pieces);
  }

  @Test
  void aFailedPieceLeavesThoseBeforeItOnTheHost() {
    List<ResidentRow<Integer, Integer>> rows = rows(2, 33 * MIB);
    Handover<Integer, Integer> failing =
        new Handover<>(
            host,
            all -> {
              if (all.get(0).key == 2) {
                throw new IllegalStateException("no pinned memory");
              }
              return copy(all);
            });
    assertThrows(IllegalStateException.class, () -> failing.of(rows));
    assertTrue(rows.get(0).isDemoted);
    assertFalse(rows.get(1).isDemoted);
  }
}
