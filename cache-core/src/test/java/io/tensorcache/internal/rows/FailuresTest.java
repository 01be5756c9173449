package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final List<TensorCacheException> told = new ArrayList<>();
  private final CacheCounts counts = new CacheCounts();
  private final Failures failures = new Failures("c", told::add, new FunctionDepth(), counts);
  private final RankedLock lock = new RankedLock(Rank.LATE_CHANGE);

  private void failUnderTheLock(StorageException failure, Runnable then) {
    lock.lock();
    try {
      failures.tell(failure); // with a listener here the lock check fails the test
      assertEquals(List.of(), told);
      then.run();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void whatFailsUnderALockIsToldWhenItIsFree() {
    StorageException failure = new StorageException("a row cannot be removed", null);
    failures.tellAfter(() -> failUnderTheLock(failure, () -> {}));
    assertEquals(List.of(failure), told);
    assertEquals(1, counts.failures.sum());
    failures.tell(failure);
    assertEquals(2, told.size());
  }

  @Test
  void itIsToldIfMemoryRunsOutToo() {
    StorageException failure = new StorageException("a row cannot be removed", null);
    OutOfMemoryError error = new OutOfMemoryError("injected");
    assertSame(
        error,
        assertThrows(
            OutOfMemoryError.class,
            () ->
                failures.tellAfter(
                    () ->
                        failUnderTheLock(
                            failure,
                            () -> {
                              throw error;
                            }))));
    assertEquals(List.of(failure), told);
  }
}
