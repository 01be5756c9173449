package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.gate.Worth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which rows enter and which leave: all rows count for multiples of 256 bytes. */
class RowTablePlanTest {
  private static final int GRAIN = ResidentRow.GRAIN;
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final RowTable<Integer, String> table = new RowTable<>(4 * GRAIN, FixedGate.letsAllIn());
  private final RowTable<Integer, String> keepFirst =
      new RowTable<>(4 * GRAIN, FixedGate.keepsFirst());

  private static ResidentRow<Integer, String> put(
      RowTable<Integer, String> table, int key, int grains) {
    ResidentRow<Integer, String> row =
        new ResidentRow<>(key, "", new long[] {(long) grains * GRAIN});
    assertTrue(table.take(row.byteCount));
    table.put(row);
    return row;
  }

  /** New rows of so many grains each. */
  private static List<NewRow<Integer, String>> wanted(int... grains) {
    return Arrays.stream(grains)
        .mapToObj(each -> new NewRow<>(100, "", new long[1], new long[] {(long) each * GRAIN}))
        .toList();
  }

  private static void check(
      RowTable.Plan<Integer, String> plan, List<Integer> entering, List<Integer> leaving) {
    assertEquals(
        entering,
        plan.entering().stream().map(row -> (int) (row.byteCounts()[0] / GRAIN)).toList(),
        "grains of those that enter");
    assertEquals(leaving, plan.leaving().stream().map(row -> row.key).toList(), "keys that leave");
  }

  private void checkAccount(RowTable.Plan<Integer, String> plan, int promised, int held) {
    assertEquals((long) promised * GRAIN, plan.promisedBytes());
    assertEquals((long) held * GRAIN, table.heldBytes());
  }

  @Test
  void whatFitsEntersAndItsBytesArePromised() {
    put(table, 1, 1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(2, 1), NO_LIMIT);
    check(plan, List.of(2, 1), List.of());
    checkAccount(plan, 3, 4);
    check(table.plan(wanted(1), NO_LIMIT), List.of(1), List.of(1));
  }

  /** Nothing is promised for what leaves: those bytes are counted until they are freed. */
  @Test
  void theOldestLeaveForWhatDoesNotFit() {
    put(table, 1, 1);
    put(table, 2, 1);
    put(table, 3, 2);
    table.use(1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(1), NO_LIMIT);
    check(plan, List.of(1), List.of(2));
    checkAccount(plan, 0, 4);
    assertEquals(1, plan.leaving().get(0).pins);
  }

  @Test
  void aLongRowLeavesForAShortOne() {
    put(table, 1, 3);
    put(table, 2, 1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(2), NO_LIMIT);
    check(plan, List.of(2), List.of(1));
    checkAccount(plan, 0, 4);
  }

  @Test
  void onlyWhatIsMissingLeaves() {
    put(table, 1, 1);
    put(table, 2, 1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(1, 2), NO_LIMIT);
    check(plan, List.of(1, 2), List.of(1));
    checkAccount(plan, 2, 4);
  }

  @Test
  void whatDoesNotFitWithTheOthersOfItsBatchStaysOut() {
    check(table.plan(wanted(3, 2, 1), NO_LIMIT), List.of(3, 1), List.of());
    check(
        new RowTable<Integer, String>(1023, FixedGate.letsAllIn()).plan(wanted(4), NO_LIMIT),
        List.of(),
        List.of());
  }

  @Test
  void aRowThatIsReadStaysAndTheLastOfTheBatchStayOut() {
    put(table, 1, 2).pins = 1;
    put(table, 2, 1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(1, 1, 1, 1), NO_LIMIT);
    check(plan, List.of(1, 1), List.of(2));
    checkAccount(plan, 1, 4);
  }

  @Test
  void nothingEntersWhereEverythingIsRead() {
    put(table, 1, 4).pins = 1;
    RowTable.Plan<Integer, String> plan = table.plan(wanted(1, 2), NO_LIMIT);
    check(plan, List.of(), List.of());
    checkAccount(plan, 0, 4);
  }

  /** Rows may claim what their keys say, and were asked for as often. */
  private static final class CountingGate implements RowGate<Integer, String> {
    final List<Integer> left = new ArrayList<>();
    int timesFull;

    @Override
    public Worth claim(Integer key, String about) {
      return new Worth(key + Worth.MARGIN, 0);
    }

    @Override
    public Worth worth(int frequency, String about) {
      return new Worth(frequency, 0);
    }

    @Override
    public int age() {
      return 0;
    }

    @Override
    public void foundNoRoom() {
      timesFull++;
    }

    @Override
    public int entered(Integer key, long byteCount) {
      assertEquals(0, byteCount % GRAIN);
      return key;
    }

    @Override
    public void left(Integer key, long byteCount, int frequency) {
      assertEquals(key, frequency);
      left.add(key);
    }

    @Override
    public void cleared() {
      left.add(-1);
    }

    @Override
    public void asked(ResidentRow<Integer, String> row, int frequency) {
      throw new AssertionError("that is not told here");
    }

    @Override
    public void missed(NewRow<Integer, String> row) {
      throw new AssertionError("that is not told here");
    }
  }

  private static NewRow<Integer, String> claiming(int claim, int grains) {
    return new NewRow<>(claim, "", new long[1], new long[] {(long) grains * GRAIN});
  }

  @Test
  void aRowIsRefusedUnlessItBeatsAllThatWouldGoForIt() {
    CountingGate gate = new CountingGate();
    RowTable<Integer, String> gated = new RowTable<>(4 * GRAIN, gate);
    put(gated, 3, 1);
    put(gated, 5, 1);
    put(gated, 2, 2);
    RowTable.Plan<Integer, String> plan =
        gated.plan(List.of(claiming(4, 2), claiming(3, 1), claiming(6, 1)), NO_LIMIT);
    check(plan, List.of(1), List.of(2));
    assertEquals(List.of(4, 3), plan.refused(), "5 is not beaten, then 3 is not");
    assertEquals(3, gate.timesFull);
    plan.leaving().forEach(gated::remove);
    assertEquals(List.of(2), gate.left);
    gated.forget();
    assertEquals(List.of(2, -1), gate.left);
  }

  @Test
  void whatNeedsNoRoomIsNeitherRefusedNorCompared() {
    CountingGate gate = new CountingGate();
    RowTable<Integer, String> gated = new RowTable<>(4 * GRAIN, gate);
    put(gated, 9, 3);
    RowTable.Plan<Integer, String> plan =
        gated.plan(List.of(claiming(1, 1), claiming(1, 5)), NO_LIMIT);
    check(plan, List.of(1), List.of());
    assertEquals(List.of(), plan.refused(), "one that is too large is not refused");
    assertEquals(0, gate.timesFull);
  }

  /** Others took memory of the device: rows leave until no more than this is held. */
  @Test
  void rowsLeaveWhereLessThanTheLimitMayBeHeld() {
    put(table, 1, 1);
    put(table, 2, 1);
    put(table, 3, 1);
    RowTable.Plan<Integer, String> plan = table.plan(wanted(1, 1, 1), 2 * GRAIN);
    check(plan, List.of(1, 1), List.of(1, 2, 3));
    checkAccount(plan, 0, 3);
  }

  @Test
  void allLeaveAndNothingEntersWhereNothingMayBeHeld() {
    put(table, 1, 1);
    put(table, 2, 1);
    check(table.plan(wanted(1), 0), List.of(), List.of(1, 2));
  }

  @Test
  void theLimitHoldsWhateverElseMayBeHeld() {
    check(table.plan(wanted(5, 4), 100 * GRAIN), List.of(4), List.of());
  }

  @Test
  void whoKeepsTheFirstLetsInWhatFitsAndNothingLeaves() {
    put(keepFirst, 1, 2);
    check(keepFirst.plan(wanted(3, 1, 2, 1), NO_LIMIT), List.of(1, 1), List.of());
    assertEquals(4 * GRAIN, keepFirst.heldBytes());
    check(keepFirst.plan(wanted(1), NO_LIMIT), List.of(), List.of());
  }

  @Test
  void whoKeepsTheFirstGivesBackWhatIsLeftToOthers() {
    put(keepFirst, 1, 1);
    put(keepFirst, 2, 1);
    put(keepFirst, 3, 1);
    check(keepFirst.plan(wanted(1), 2 * GRAIN), List.of(), List.of(1));
    assertEquals(3 * GRAIN, keepFirst.heldBytes());
  }

  /** Whatever comes, what is held after all have left and entered is within the limit. */
  @Test
  void noPlanBreaksTheLimit() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      long limit = GRAIN * (1L + random.nextInt(12));
      boolean keeps = random.nextBoolean();
      RowTable<Integer, String> any =
          new RowTable<>(limit, keeps ? FixedGate.keepsFirst() : FixedGate.letsAllIn());
      for (int key = 0; key < 20; key++) {
        ResidentRow<Integer, String> row =
            new ResidentRow<>(key, "", new long[] {GRAIN * (1L + random.nextInt(3))});
        if (any.take(row.byteCount)) {
          any.put(row);
          row.pins = random.nextInt(3) / 2;
        }
      }
      long before = any.heldBytes();
      long most = random.nextBoolean() ? NO_LIMIT : (long) GRAIN * random.nextInt(13);
      int[] grains = random.ints(1 + random.nextInt(5), 0, 14).toArray();
      RowTable.Plan<Integer, String> plan = any.plan(wanted(grains), most);
      String what = "round " + round + " of seed " + seed;
      assertEquals(before + plan.promisedBytes(), any.heldBytes(), what);
      assertTrue(any.heldBytes() <= limit, what);
      any.keepPromise(plan.promisedBytes());
      plan.leaving().forEach(row -> any.giveBack(row.byteCount));
      long need =
          plan.entering().stream().mapToLong(row -> ResidentRow.bytesOf(row.byteCounts())).sum();
      boolean fits = any.heldBytes() + need <= Math.min(limit, most);
      assertTrue(plan.entering().isEmpty() || fits, what);
    }
  }
}
