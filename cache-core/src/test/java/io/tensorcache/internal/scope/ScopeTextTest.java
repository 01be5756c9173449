package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeTextTest {
  private final OpenScopes open = new OpenScopes();
  private final ScopeState<HostTensor> scope = open.open("s", Retention.STRONG);

  @AfterEach
  void close() {
    open.close();
  }

  private static RowSchema.Part part(String name, long... shape) {
    return new RowSchema.Part(name, TensorSpec.of(DType.FLOAT32, shape), DType.FLOAT32);
  }

  @Test
  void aRowOfOneTensorIsItsSpec() {
    assertEquals("float32[2, 3]", ScopeText.of(new RowSchema(List.of(part("", 2, 3)))));
    assertEquals("q float32[2]", ScopeText.of(new RowSchema(List.of(part("q", 2)))));
  }

  @Test
  void aRowOfSeveralPartsIsInParentheses() {
    assertEquals(
        "(0 float32[2], 1 float32[])",
        ScopeText.of(new RowSchema(List.of(part("0", 2), part("1")))));
    assertEquals(
        "(Fit.w float32[], Fit.b float32[])",
        ScopeText.of(new RowSchema(List.of(part("Fit\u001fw"), part("Fit\u001fb")))));
  }

  @Test
  void entriesComeByNameAndThenTheChildren() {
    open.put(scope, "b", 2);
    open.put(scope, "a", Terms.of(CacheLevel.LIGHT), 1);
    ScopeState<HostTensor> child = scope.child("inner", UnaryOperator.identity());
    open.put(child, "c", 3);
    assertEquals(
        "s [normal]\n"
            + "  a [light] float32[1], 4 bytes, strong: tensor([1.0000])\n"
            + "  b [normal] float32[1], 4 bytes, strong: tensor([2.0000])\n"
            + "s/inner [normal]\n"
            + "  c [normal] float32[1], 4 bytes, strong: tensor([3.0000])\n",
        ScopeText.of(scope, false));
  }

  @Test
  void privateEntriesAreShownIfAskedInTheChildrenToo() {
    ScopeState<HostTensor> child = scope.child("inner", UnaryOperator.identity());
    open.put(scope, "_a", 1);
    open.put(child, "_b", 2);
    assertEquals("s [normal]\ns/inner [normal]\n", ScopeText.of(scope, false));
    assertEquals(
        "s [normal]\n"
            + "  _a [normal] float32[1], 4 bytes, strong: tensor([1.0000])\n"
            + "s/inner [normal]\n"
            + "  _b [normal] float32[1], 4 bytes, strong: tensor([2.0000])\n",
        ScopeText.of(scope, true));
  }

  @Test
  void eachPartOfAValueIsShown() {
    List<HostTensor> pair = List.of(OpenScopes.tensor(1), OpenScopes.tensor(2, 3));
    scope.calls().put(open.types.tuple(), "pair", SampleEntries.from(), pair);
    assertEquals(
        "s [normal]\n"
            + "  pair [normal] 0 float32[1], 1 float32[2], 12 bytes, strong: tensor([1.0000]),"
            + " tensor([2.0000, 3.0000])\n",
        ScopeText.of(scope, false));
  }

  @Test
  void aValueOfAKindThatNobodyKnowsHasNoParts() {
    MapType<HostTensor> maps = new MapType<>(HostTensor.adapter());
    Entry.Holding holding = new Entry.Holding(new StringBuilder("odd"), null, 5, maps);
    try (Ticket ticket =
        scope.table().begin(Ticket.Purpose.PUT, "odd", SampleEntries.from(), null)) {
      scope.table().enter(ticket, ticket.terms(), holding, StoreOrder.NONE);
    }
    assertEquals("s [normal]\n  odd [normal] 5 bytes, strong\n", ScopeText.of(scope, false));
    scope.calls().put(maps, "m", SampleEntries.from(), Map.of("q", OpenScopes.tensor(1)));
    assertEquals(
        "s [normal]\n"
            + "  m [normal] q float32[1], 4 bytes, strong: tensor([1.0000])\n"
            + "  odd [normal] 5 bytes, strong\n",
        ScopeText.of(scope, false));
  }

  @Test
  void aWeakValueIsSaidToBeWeak() {
    ScopeState<HostTensor> weak = open.open("weak", Retention.WEAK);
    HostTensor held = OpenScopes.tensor(1);
    weak.calls().put(open.types.tensor(), "x", SampleEntries.from(), held);
    assertEquals(
        "weak [normal]\n  x [normal] float32[1], 4 bytes, weak: tensor([1.0000])\n",
        ScopeText.of(weak, false));
    assertEquals(held, open.look(weak, "x"));
  }
}
