package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A tensor that the program closed is no more held, whatever the scope. */
class ScopeClosedValuesTest {
  private final TensorCache cache = TensorCache.builder("scopes").build();
  private final Map<String, RemovalCause> left = new ConcurrentHashMap<>();
  private final Scope<ClosableTensor> scope =
      cache
          .scopeBuilder("closable", new ClosableTensor.Adapter())
          .retention(Retention.STRONG)
          .maxBytes(ByteSize.ofBytes(40))
          .listener(removal -> left.put(removal.name(), removal.cause()))
          .open();

  @AfterEach
  void close() {
    cache.close();
  }

  private static ClosableTensor tensor() {
    return new ClosableTensor(HostTensor.ofFloats(new float[] {1}, 1)); // 4 bytes
  }

  @Test
  void countsNoClosedValue() {
    for (int i = 0; i < 10; i++) {
      ClosableTensor value = tensor();
      scope.put("x" + i, value);
      if (i % 2 == 0) {
        value.close();
      }
    }
    assertEquals(20, scope.stats().bytes());
    assertEquals(5, scope.stats().entries());
    assertEquals(5, scope.stats().collected());
    assertEquals(RemovalCause.COLLECTED, left.get("x0"));
  }

  @Test
  void noLiveEntryLeavesForAClosedOne() {
    ClosableTensor oldest = tensor();
    scope.put("oldest", oldest);
    for (int i = 0; i < 9; i++) {
      ClosableTensor value = tensor();
      scope.put("closed" + i, value);
      value.close();
    }
    scope.put("new", tensor());
    assertNotNull(scope.getIfPresent("oldest"));
    assertEquals(List.of("new", "oldest"), scope.names());
    assertEquals(0, scope.stats().evictions());
  }

  @Test
  void printsNoClosedValue() {
    ClosableTensor value = tensor();
    scope.put("closed", value);
    scope.put("live", tensor());
    value.close();
    String text = scope.describe(false);
    assertTrue(text.contains("live") && !text.contains("closed ["), text);
  }

  @Test
  void aRecordWithAClosedPartIsGoneToo() {
    ClosableTensor part = tensor();
    scope.tuple("pair").put(new ArrayList<>(List.of(tensor(), part)));
    assertEquals(8, scope.stats().bytes());
    part.close();
    assertEquals(0, scope.stats().bytes());
  }
}
