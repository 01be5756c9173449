package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ehcache.spi.resilience.StoreAccessException;
import org.junit.jupiter.api.Test;

/** What Ehcache would hide is told, and the caller gets a miss or a refusal. */
class ReportingResilienceTest {
  private final RecordedEvents events = new RecordedEvents();
  private final Notices notices = new Notices(events);
  private final List<StoreAccessException> seen = new ArrayList<>();
  private final StoreAccessException failure = new StoreAccessException("injected");
  private final ReportingResilience<String, String> resilience =
      new ReportingResilience<>("off-heap", "refused", notices, seen::add);

  /** One failure was told since the last call, with this operation. */
  private void told(String operation) {
    notices.deliver();
    assertEquals(1, events.failures.size(), operation);
    assertEquals(
        "the off-heap tier failed to " + operation + ": " + failure,
        events.failures.get(0).getMessage());
    assertSame(failure, events.failures.get(0).getCause());
    assertEquals(List.of(failure), seen);
    events.failures.clear();
    seen.clear();
  }

  @Test
  void whatCannotBeReadIsAMiss() {
    assertNull(resilience.getFailure("a", failure));
    told("read a");
    assertFalse(resilience.containsKeyFailure("a", failure));
    told("look for a");
    assertEquals(Map.of(), resilience.getAllFailure(List.of("a", "b"), failure));
    told("read several keys");
  }

  @Test
  void whatCannotBeStoredIsRefused() {
    assertEquals("refused", resilience.putIfAbsentFailure("a", "v", failure));
    told("store a");
    resilience.putFailure("a", "v", failure);
    told("store a");
    resilience.putAllFailure(Map.of("a", "v"), failure);
    told("store several keys");
    assertEquals("refused", resilience.replaceFailure("a", "v", failure));
    told("replace a");
    assertFalse(resilience.replaceFailure("a", "v", "w", failure));
    told("replace a");
  }

  @Test
  void whatCannotBeRemovedIsTold() {
    resilience.removeFailure("a", failure);
    told("remove a");
    assertFalse(resilience.removeFailure("a", "v", failure));
    told("remove a");
    resilience.removeAllFailure(List.of("a"), failure);
    told("remove several keys");
    resilience.clearFailure(failure);
    told("clear");
  }

  @Test
  void whatCannotBeWalkedThroughIsThrown() {
    StorageException thrown =
        assertThrows(StorageException.class, () -> resilience.iteratorFailure(failure));
    assertTrue(thrown.getMessage().startsWith("the off-heap tier cannot be walked through"));
    assertSame(failure, thrown.getCause());
  }
}
