package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeRowTest {
  private final OpenScopes open = new OpenScopes();
  private final ScopeState<HostTensor> scope = open.open("s", Retention.COPY);

  @AfterEach
  void close() {
    open.close();
  }

  private TensorKey key(String name) {
    Entry entry = scope.table().find(name);
    assertNotNull(entry);
    return (TensorKey) entry.held();
  }

  @Test
  void hasEveryPartOfACopyAndItsPlace() {
    List<HostTensor> pair = List.of(OpenScopes.tensor(1, 2), OpenScopes.tensor(3));
    scope.calls().put(open.types.tuple(), "K", SampleEntries.from(), pair);
    ScopeRow row = ScopeRow.read(open.rows.tiers(), key("K"));
    assertNotNull(row);
    assertEquals("heap", row.place());
    assertEquals(TensorSpec.of(DType.FLOAT32, 2), row.schema().parts().get(0).spec());
    assertEquals(2, row.payloads().size());
    assertEquals(8, row.payloads().get(0).capacity());
    assertEquals(2, row.payloads().get(0).order(ByteOrder.LITTLE_ENDIAN).getFloat(4));
    assertEquals(3, row.payloads().get(1).order(ByteOrder.LITTLE_ENDIAN).getFloat(0));
  }

  @Test
  void isNoneWhereNothingIs() {
    open.put(scope, "K", 1);
    TensorKey key = key("K");
    assertNull(ScopeRow.read(open.rows.tiers(), new TensorKey(1, 1)));
    open.rows.tiers().remove(key);
    assertNull(ScopeRow.read(open.rows.tiers(), key));
  }

  @Test
  void aCopyThatATierLostIsShownAsGone() {
    open.put(scope, "K", 1);
    assertTrue(ScopeText.of(scope, false).contains("K [normal] float32[1], 4 bytes, heap: "));
    open.rows.tiers().remove(key("K"));
    assertEquals("s [normal]\n  K [normal] 4 bytes, gone\n", ScopeText.of(scope, false));
  }
}
