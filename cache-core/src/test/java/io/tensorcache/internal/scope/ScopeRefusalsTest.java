package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values that were closed, that must not be copied, or that are of another kind. */
@Timeout(60)
class ScopeRefusalsTest {
  private static final Terms NORMAL = SampleEntries.from();
  private static volatile int most = Integer.MAX_VALUE;

  record Strict(int number) {
    Strict {
      if (number > most) {
        throw new IllegalArgumentException(number + " is too much");
      }
    }
  }

  private final OpenScopes open = new OpenScopes();
  private final KeepableTensors adapter = new KeepableTensors();
  private final ValueTypes<ClosableTensor> types =
      new ValueTypes<>(adapter, new MapType<>(adapter));

  @AfterEach
  void close() {
    most = Integer.MAX_VALUE;
    open.close();
  }

  private ScopeState<ClosableTensor> scope(Retention retention) {
    return open.scopes.open("s", types, open.options(retention));
  }

  @Test
  void aClosedValueIsNeitherServedNorTaken() {
    ScopeState<ClosableTensor> scope = scope(Retention.STRONG);
    for (String name : List.of("looked at", "taken")) {
      ClosableTensor tensor = KeepableTensors.of(1);
      scope.calls().put(types.tensor(), name, NORMAL, tensor);
      tensor.close();
    }
    assertNull(scope.calls().getIfPresent(types.tensor(), "looked at", NORMAL));
    assertNull(scope.calls().take(types.tensor(), "taken"));
    assertEquals(List.of("s/looked at COLLECTED", "s/taken COLLECTED"), open.told);
    assertEquals(0, scope.table().counts().hits.sum());
    assertEquals(2, scope.table().counts().misses.sum());
  }

  @Test
  void aValueOfWhichNoCopyMustBeMadeIsRefusedWhereCopiesAre() {
    ClosableTensor negative = KeepableTensors.of(-1);
    ScopeState<ClosableTensor> copies = scope(Retention.COPY);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> copies.calls().put(types.tensor(), "K", NORMAL, negative));
    assertEquals("entry \"K\" of scope \"s\" cannot be kept: it is negative", refused.getMessage());
    assertEquals(0, copies.table().size());
    copies.close(true);
    ScopeState<ClosableTensor> references = scope(Retention.STRONG);
    references.calls().put(types.tensor(), "K", NORMAL, negative);
    assertEquals(negative, references.calls().take(types.tensor(), "K"));
  }

  @Test
  void aCopyThatItsRecordHasComeToRefuseIsToldAndComputedAgain() {
    ScopeState<ClosableTensor> scope = scope(Retention.COPY);
    RecordType<ClosableTensor, Strict> strict = types.record(Strict.class);
    scope.calls().put(strict, "K", NORMAL, new Strict(3));
    most = 2;
    assertNull(scope.calls().getIfPresent(strict, "K", NORMAL));
    assertEquals(1, open.failures.size());
    assertTrue(open.failures.get(0) instanceof CorruptEntryException);
    assertEquals(0, scope.table().size());
    assertEquals(0, open.rowsInMemory());
    Strict again = scope.calls().get(strict, "K", NORMAL, () -> new Strict(2));
    assertEquals(again, scope.calls().getIfPresent(strict, "K", NORMAL));
  }

  @Test
  void whoWaitsForAnotherKindIsToldWhatItIs() {
    ScopeState<HostTensor> copies = open.open("copies", Retention.COPY);
    ScopeState<HostTensor> references = open.open("references", Retention.STRONG);
    for (ScopeState<HostTensor> each : List.of(copies, references)) {
      FutureTask<?>[] waiting = new FutureTask<?>[1];
      each.calls()
          .get(
              open.types.tensor(),
              "K",
              NORMAL,
              () -> {
                waiting[0] =
                    OtherThread.startUntilItWaits(
                        () -> each.calls().get(open.types.tuple(), "K", NORMAL, List::of));
                return OpenScopes.tensor(1);
              });
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> OtherThread.result(waiting[0]));
      assertTrue(refused.getMessage().endsWith(", and a tuple is asked for"), refused.getMessage());
    }
  }
}
