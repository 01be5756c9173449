package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A plan that is used again for a call of another kind would be a wrong hit. */
class KeyPlanTest {
  private final RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);

  /** What a call of one function is made of. */
  private record Call(
      TensorKey fingerprint, List<String> names, List<TensorSpec> rows, Map<String, Object> with) {
    KeyPlan.Kind kind() {
      return new KeyPlan.Kind(
          KeyAlgorithm.TCH1,
          "f",
          fingerprint,
          Granularity.ROWS,
          names,
          rows,
          KeyPlan.Arguments.of(Map.copyOf(with)));
    }

    List<TensorView> views(int batch) {
      return rows.stream()
          .map(row -> HostTensor.adapter().view(HostTensor.zeros(row.batch(batch))))
          .toList();
    }
  }

  private static List<Call> calls() {
    TensorSpec row = TensorSpec.of(DType.FLOAT32, 4);
    List<List<TensorSpec>> rows =
        List.of(
            List.of(row),
            List.of(row.withDtype(DType.INT32)),
            List.of(TensorSpec.of(DType.FLOAT32, 5)),
            List.of(TensorSpec.of(DType.FLOAT32, 4, 1)),
            List.of(TensorSpec.of(DType.FLOAT32)),
            List.of(row, row),
            List.of(row, TensorSpec.of(DType.FLOAT32, 5)),
            List.of(TensorSpec.of(DType.FLOAT32, 5), row));
    List<Map<String, Object>> arguments =
        List.of(Map.of(), Map.of("a", 1), Map.of("a", 2), Map.of("a", 1L), Map.of("b", 1));
    List<Call> calls = new ArrayList<>();
    for (TensorKey fingerprint : List.of(new TensorKey(1, 2), new TensorKey(1, 3))) {
      for (List<TensorSpec> some : rows) {
        for (Map<String, Object> with : arguments) {
          boolean isOne = some.size() == 1;
          calls.add(new Call(fingerprint, isOne ? List.of("0") : List.of("0", "1"), some, with));
          calls.add(new Call(fingerprint, isOne ? List.of("1") : List.of("1", "0"), some, with));
        }
      }
    }
    return calls;
  }

  @Test
  void isThatOfCallsOfItsKindAndOfNoOther() {
    List<Call> calls = calls();
    for (Call made : calls) {
      KeyPlan plan = KeyPlan.of(keys, made.kind());
      for (Call asked : calls) {
        assertEquals(
            made.kind().equals(asked.kind()),
            plan.isOf(asked.fingerprint(), asked.names(), asked.views(3), asked.with()),
            () -> made + " and " + asked);
      }
      for (int batch : new int[] {1, 2, 64}) {
        assertTrue(plan.isOf(made.fingerprint(), made.names(), made.views(batch), made.with()));
      }
    }
  }

  @Test
  void noArgumentsAreOneObject() {
    assertEquals(KeyPlan.Arguments.NONE, KeyPlan.Arguments.of(Map.of()));
    assertTrue(KeyPlan.Arguments.NONE == KeyPlan.Arguments.of(new HashMap<>()));
  }
}
