package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Recheck;
import io.tensorcache.error.LateChangeException;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of stored rows when their source notices a change. */
class SourceChangesTest {
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();
  private final OpenCalls open = OpenCalls.inMemory();

  @AfterEach
  void close() {
    open.close();
  }

  private WrappedFunction<HostTensor> function(Recheck recheck) {
    return open.wrap("f", OpenCalls.ROWS, doubling, recheck);
  }

  private WrappedFunction<HostTensor> function() {
    return function(Recheck.ON_REQUEST);
  }

  /** Looks from {@code firstUnconfirmed} on may have missed a change. */
  private void sees(long changes, long late, long untold, long looks, long firstUnconfirmed) {
    open.source.seen =
        new Sightings(changes, late, untold, looks, firstUnconfirmed, "a weight was written");
  }

  private long rowsInMemory() {
    return open.stats().functions().get(0).rowsInMemory();
  }

  /** The keys of rows of a function. */
  private record KeysOfRows(WrappedFunction<HostTensor> function, SourceWatch.Look look) {
    Group group() {
      return function.group(look);
    }

    BatchKeys keys(float... rows) {
      return BatchKeys.of(
          function,
          group(),
          InputBatch.of(
              function.state(), function.adapter(), NamedTensors.of(OpenCalls.batch(rows))));
    }
  }

  @Test
  void aLateChangeTakesBackWhatWasStoredSinceAndTells() {
    WrappedFunction<HostTensor> function = function();
    sees(0, 0, 0, 1, 2); // the first look is confirmed
    OpenCalls.call(function, 1);
    sees(0, 0, 0, 2, 2);
    OpenCalls.call(function, 2, 3);
    assertEquals(3, rowsInMemory());
    sees(1, 1, 0, 3, 4);
    function.watch().look();
    assertEquals(1, rowsInMemory());
    assertEquals(1, open.rows.failures.size());
    LateChangeException told = (LateChangeException) open.rows.failures.get(0);
    String message = String.valueOf(told.getMessage());
    assertTrue(message.startsWith("function \"f\": a weight was written; 2 rows"), message);
    function.watch().look();
    assertEquals(1, open.rows.failures.size(), "told once");
    assertEquals(1, rowsInMemory());
  }

  @Test
  void whatNobodyIsToldOfIsTakenBackAllTheSame() {
    WrappedFunction<HostTensor> function = function();
    sees(0, 0, 0, 1, 1);
    OpenCalls.call(function, 2, 3);
    sees(1, 1, 1, 2, 3);
    function.watch().look();
    assertEquals(0, rowsInMemory());
    assertEquals(List.of(), open.rows.failures);
  }

  @Test
  void confirmedRowsStay() {
    WrappedFunction<HostTensor> function = function();
    sees(0, 0, 0, 1, 1);
    OpenCalls.call(function, 2, 3);
    sees(0, 0, 0, 2, 2);
    function.watch().look();
    sees(1, 1, 0, 3, 4);
    function.watch().look();
    assertEquals(2, rowsInMemory());
    assertEquals(1, open.rows.failures.size());
  }

  @Test
  void whatOthersNoticedBeforeIsNoChange() {
    sees(5, 4, 1, 9, 10);
    WrappedFunction<HostTensor> function = function();
    OpenCalls.call(function, 1, 2);
    assertEquals(List.of(), open.rows.failures);
    assertEquals(2, rowsInMemory());
    OpenCalls.call(function, 1, 2);
    assertEquals(2, open.stats().hits());
  }

  @Test
  void aChangeThereAndBackIsNoticed() {
    WrappedFunction<HostTensor> function = function();
    OpenCalls.call(function, 1); // the probe passes below
    doubling.change =
        values -> {
          sees(open.source.seen.changes() + 1, 0, 0, 1, 2);
          return values;
        };
    OpenCalls.call(function, 2);
    assertEquals(1, rowsInMemory());
    assertEquals(1, open.stats().rowsNotAdmitted());
  }

  @Test
  void rowsStoredWhileAnotherThreadNoticedAChangeAreDropped() {
    WrappedFunction<HostTensor> function = function();
    SourceWatch.Look before = function.watch().look();
    OpenCalls.call(function, 1, 2);
    KeysOfRows of = new KeysOfRows(function, before);
    function.watch().stored(before, of.group(), of.keys(1, 2), of.keys(1, 2).distinctRows());
    assertEquals(2, rowsInMemory(), "nothing changed");
    sees(1, 0, 0, 1, 2);
    RowList second = new RowList();
    second.add(1);
    function.watch().stored(before, of.group(), of.keys(1, 2), second);
    assertEquals(1, rowsInMemory());
    TensorKey first = of.keys(1, 2).key(0);
    assertTrue(function.places().contains(first));
  }

  @Test
  void readsEverythingAgainWhenItIsAskedTo() {
    WrappedFunction<HostTensor> function = function();
    OpenCalls.call(function, 1);
    assertEquals(0, open.source.rechecks);
    assertTrue(function.watch().recheck());
    assertEquals(1, open.source.rechecks);
    open.source.onRecheck = () -> sees(1, 0, 0, 1, 2);
    assertFalse(function.watch().recheck());
    function.watch().release();
    assertTrue(open.source.isReleased);
  }

  @Test
  void readsEverythingAgainAtSomeCalls() {
    WrappedFunction<HostTensor> every = function(Recheck.everyCalls(3));
    OpenCalls.call(every, 1);
    for (int call = 1; call < 7; call++) {
      OpenCalls.call(every, 1);
    }
    assertEquals(3, open.source.rechecks, "at the first, the fourth and the seventh");
    open.source.rechecks = 0;
    WrappedFunction<HostTensor> always = function(Recheck.EVERY_CALL);
    OpenCalls.call(always, 9);
    assertEquals(2, open.source.rechecks, "before it is computed and before it is stored");
    OpenCalls.call(always, 9);
    assertEquals(3, open.source.rechecks);
  }

  @Test
  void recentRowsAreForgottenInOrder() {
    RecentRows recent = new RecentRows();
    KeysOfRows of = new KeysOfRows(function(), function().watch().look());
    TensorKey key = of.keys(1).key(0);
    RecentRows.Stored first = new RecentRows.Stored(1, of.group(), List.of(key));
    RecentRows.Stored second = new RecentRows.Stored(2, of.group(), List.of(key));
    assertFalse(recent.add(first));
    assertFalse(recent.add(second));
    recent.confirm(1);
    assertEquals(first, recent.first());
    recent.forget(second);
    assertEquals(first, recent.first(), "only the oldest");
    recent.confirm(2);
    assertEquals(second, recent.first());
    recent.forget(second);
    assertNull(recent.first());
    List<TensorKey> most = Collections.nCopies(1 << 18, key);
    assertFalse(recent.add(new RecentRows.Stored(3, of.group(), most)));
    assertTrue(recent.add(first), "one too many");
    recent.confirm(4);
    assertNull(recent.first());
    assertFalse(recent.add(second), "counted anew");
  }
}
