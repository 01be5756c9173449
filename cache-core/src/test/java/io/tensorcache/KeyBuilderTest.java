package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.config.Granularity;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A builder of keys that is asked again and again, for rows of one kind and of others. */
class KeyBuilderTest {
  private static List<TensorView> kinds() {
    List<TensorView> views = new ArrayList<>();
    for (DType dtype : List.of(DType.FLOAT32, DType.INT32)) {
      for (long[] shape : new long[][] {{3, 4}, {3, 2, 2}, {5, 4}, {3, 8}, {0, 4}}) {
        views.add(HostTensor.adapter().view(HostTensor.zeros(TensorSpec.of(dtype, shape))));
      }
    }
    return views;
  }

  private static KeyBuilder builder() {
    return new KeyBuilder().domain(new byte[] {1, 2, 3});
  }

  @Test
  void keysOfEachKindAreThoseOfABuilderThatSawNoOther() {
    KeyBuilder used = builder();
    for (int round = 0; round < 2; round++) {
      for (TensorView view : kinds()) {
        assertEquals(builder().rowKeys(view), used.rowKeys(view), view.spec().toString());
        assertEquals(builder().rowKeys(view), used.rowKeys(view), view.spec() + " again");
        assertEquals(builder().key(view), used.key(view), view.spec() + " as a whole");
      }
    }
  }

  @Test
  void aDomainSetAfterTheFirstKeysCountsFromThereOn() {
    TensorView view = kinds().get(0);
    KeyBuilder keys = new KeyBuilder();
    List<TensorKey> before = keys.rowKeys(view);
    List<TensorKey> with = keys.domain(new byte[] {1, 2, 3}).rowKeys(view);
    assertNotEquals(before, with);
    assertEquals(builder().rowKeys(view), with);
  }

  @Test
  void aFunctionSetAfterTheFirstKeysCountsFromThereOn() {
    TensorView view = kinds().get(0);
    KeyBuilder keys = new KeyBuilder();
    keys.rowKeys(view);
    Fingerprint one = Fingerprint.version("1");
    assertEquals(
        new KeyBuilder().function("f", one, Granularity.ROWS).rowKeys(view),
        keys.function("f", one, Granularity.ROWS).rowKeys(view));
  }

  @Test
  void threadsThatAskForDifferentRowsGetTheirOwnKeys() throws Exception {
    KeyBuilder shared = builder();
    List<TensorView> kinds = kinds();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        TensorView view = kinds.get(t);
        List<TensorKey> expected = builder().rowKeys(view);
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 2_000; i++) {
                    assertEquals(expected, shared.rowKeys(view));
                  }
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
