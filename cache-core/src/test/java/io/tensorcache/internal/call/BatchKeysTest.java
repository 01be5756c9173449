package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of batches with one input or more, whose rows may be copies of each other. */
class BatchKeysTest {
  private static final TensorKey ONE = new TensorKey(1, 2);
  private static final TensorKey OTHER = new TensorKey(3, 4);

  private final RowKeys hasher = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);

  /** Of so many inputs; the last holds these values, the others zeros. */
  private BatchKeys keys(TensorKey fingerprint, int inputs, float... values) {
    List<TensorView> views = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int input = 0; input < inputs; input++) {
      float[] own = input == inputs - 1 ? values : new float[values.length];
      views.add(HostTensor.adapter().view(HostTensor.ofFloats(own, values.length, 1)));
      names.add("x" + input);
    }
    KeyPlan.Kind kind =
        new KeyPlan.Kind(
            KeyAlgorithm.TCH1,
            "f",
            fingerprint,
            Granularity.ROWS,
            names,
            views.stream().map(view -> view.spec().row()).toList(),
            KeyPlan.Arguments.of(Map.of()));
    return BatchKeys.of(hasher, KeyPlan.of(hasher, kind), views, values.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void rowsThatAreEqualHaveOneKey(int inputs) {
    BatchKeys keys = keys(ONE, inputs, 5, 6, 5, 7, 6, 5);
    assertEquals(3, keys.distinct());
    assertArrayEquals(new int[] {0, 1, 3}, keys.distinctRows().toArray());
    assertEquals(List.of(keys.key(0), keys.key(1), keys.key(3)), keys.distinctKeys());
    int[] firstOf = new int[6];
    Arrays.setAll(firstOf, keys::firstOf);
    assertArrayEquals(new int[] {0, 1, 0, 3, 1, 0}, firstOf);
  }

  @Test
  void manyRowsAreToldApart() {
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 700;
    }
    BatchKeys keys = keys(ONE, 1, values);
    assertEquals(700, keys.distinct());
    assertEquals(700, keys.distinctKeys().size());
    assertEquals(299, keys.firstOf(999));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void keysUnderAnotherFingerprintNeedNoData(int inputs) {
    BatchKeys keys = keys(ONE, inputs, 5, 6, 7, 8);
    BatchKeys others = keys(OTHER, inputs, 5, 6, 7, 8);
    assertNotEquals(keys.key(2), others.key(2));
    assertArrayEquals(
        new TensorKey[] {others.key(3), others.key(0), others.key(2)},
        keys.under(hasher, OTHER, new int[] {3, 0, 2}));
    assertEquals(0, keys.under(hasher, OTHER, new int[0]).length);
  }
}
