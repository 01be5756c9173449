package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Two threads call while a third writes weights: afterwards no row is another weights'. */
@SuppressWarnings("try") // a scope acts by being open
class WeightsRaceTest {
  private static final int WRITES = 200;
  private static final int INPUTS = 8;

  private final long seed = System.nanoTime();

  @Test
  void countedWritesOfASmallModule() throws Exception {
    race(16, Tensor::copy_);
  }

  @Test
  void countedWritesOfALargeModule() throws Exception {
    race(512, Tensor::copy_);
  }

  /**
   * No values twice in the race: a write past the counter that is taken back while the module runs
   * leaves no trace. Afterwards values of its middle come back, and with them the rows stored then.
   */
  @Test
  void writesPastTheCounterOfASmallModule() throws Exception {
    AtomicInteger number = new AtomicInteger();
    race(
        16,
        (weight, values) -> {
          int write = number.getAndIncrement();
          int value = write < WRITES ? write : write - WRITES / 4 * 2;
          weight.data().copy_(values.add(new Scalar(0.125 * value)));
        });
  }

  private void race(int side, BiConsumer<Tensor, Tensor> write) throws Exception {
    torch.manual_seed(seed);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (PointerScope scope = new PointerScope();
        TensorCache one = TensorCache.builder("one").heap(ByteSize.ofMiB(16)).build();
        TensorCache two = TensorCache.builder("two").heap(ByteSize.ofMiB(16)).build()) {
      LinearImpl net = new LinearImpl(side, side);
      net.weight().requires_grad_(false);
      net.bias().requires_grad_(false);
      net.eval();
      List<Tensor> weights = List.of(torch.randn(side, side), torch.randn(side, side));
      List<Tensor> inputs = new ArrayList<>();
      for (int i = 0; i < INPUTS; i++) {
        inputs.add(torch.randn(3, side));
      }
      List<CachedFunction<Tensor>> shared =
          List.of(PyTorch.cached(one, "net", net), PyTorch.cached(two, "net", net));
      AtomicBoolean isDone = new AtomicBoolean();
      List<Future<?>> running = new ArrayList<>();
      for (CachedFunction<Tensor> cached : shared) {
        running.add(threads.submit(() -> read(cached, inputs, isDone)));
      }
      Future<?> writer = threads.submit(() -> write(net, weights, write));
      writer.get();
      isDone.set(true);
      for (Future<?> reader : running) {
        reader.get();
      }
      for (Tensor values : List.of(weights.get(0), weights.get(1), weights.get(0))) {
        write.accept(net.weight(), values);
        for (CachedFunction<Tensor> cached : shared) {
          for (Tensor input : inputs) {
            Tensor expected = net.forward(input);
            assertTrue(cached.apply(input).allclose(expected, 1e-4, 1e-4, false), "seed " + seed);
          }
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static void read(
      CachedFunction<Tensor> cached, List<Tensor> inputs, AtomicBoolean isDone) {
    Random random = new Random();
    while (!isDone.get()) {
      try (PointerScope scope = new PointerScope()) {
        cached.apply(inputs.get(random.nextInt(INPUTS)));
      }
    }
  }

  private static void write(
      LinearImpl net, List<Tensor> weights, BiConsumer<Tensor, Tensor> write) {
    for (int i = 0; i < WRITES; i++) {
      try (PointerScope scope = new PointerScope()) {
        write.accept(net.weight(), weights.get(i % 2));
      }
      Thread.yield();
    }
  }
}
