package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An adapter of device tensors that would give garbage is refused at its first use. */
@RequiresStandin
class DeviceAdapterUseTest {
  private final List<StandinTensor> copies = new ArrayList<>();

  @BeforeEach
  void begin() {
    Standin.set("devices", 1);
  }

  @AfterEach
  void reset() {
    copies.forEach(StandinTensor::close);
    Standin.reset();
  }

  /** Views by {@code Adapter}, or of a copy. */
  private class Views implements TensorAdapter<StandinTensor> {
    private final StandinTensor.Adapter engine = new StandinTensor.Adapter();
    final AtomicInteger allocated = new AtomicInteger();

    @Override
    public Class<StandinTensor> type() {
      return StandinTensor.class;
    }

    @Override
    public TensorView view(StandinTensor tensor) {
      return engine.view(tensor);
    }

    @Override
    public StandinTensor allocate(TensorSpec spec, StandinTensor like) {
      allocated.incrementAndGet();
      return engine.allocate(spec, like);
    }

    @Override
    public void release(StandinTensor tensor) {
      engine.release(tensor);
    }
  }

  private final class Copies extends Views {
    @Override
    public TensorView view(StandinTensor tensor) {
      StandinTensor copy = StandinTensor.of(0, tensor.floats(), tensor.spec().shape());
      copies.add(copy);
      return super.view(copy);
    }
  }

  @Test
  void aViewThatIsACopyIsRefusedBeforeTheFunctionRuns() {
    AtomicInteger calls = new AtomicInteger();
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      var function =
          cache.wrap(
              "copies",
              Fingerprint.version("1"),
              new Copies(),
              x -> {
                calls.incrementAndGet();
                return x;
              });
      StandinTensor x = StandinTensor.of(0, new float[] {1, 2, 3, 4}, 2, 2);
      for (int i = 0; i < 2; i++) {
        var e = assertThrows(IllegalArgumentException.class, () -> function.apply(x));
        assertTrue(e.getMessage().contains(Copies.class.getName()), e.getMessage());
        assertTrue(e.getMessage().contains("is not in the tensor"), e.getMessage());
      }
      x.close();
    }
    assertEquals(0, calls.get());
  }

  @Test
  void aGoodOneIsTriedOnceAndFreesWhatItTried() {
    Views adapter = new Views();
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).build()) {
      var function =
          cache.wrap(
              "views",
              Fingerprint.version("1"),
              adapter,
              x -> StandinTensor.of(0, new float[] {5, 6}, 1, 2));
      StandinTensor x = StandinTensor.of(0, new float[] {1, 2}, 1, 2);
      long live = StandinTensor.live();
      StandinTensor first = function.apply(x);
      int atFirst = adapter.allocated.get();
      StandinTensor second = function.apply(x);
      assertEquals(1, adapter.allocated.get() - atFirst);
      assertArrayEquals(new float[] {5, 6}, second.floats());
      assertEquals(live + 3, StandinTensor.live()); // the results, and what the function made
      List.of(x, first, second).forEach(StandinTensor::close);
    }
  }
}
