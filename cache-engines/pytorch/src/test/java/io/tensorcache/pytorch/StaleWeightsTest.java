package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Recheck;
import io.tensorcache.error.LateChangeException;
import io.tensorcache.error.TensorCacheException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm1dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.PReLUImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weights written past the version counter: what is seen at once, what late, what on request. */
class StaleWeightsTest {
  private static final int SIDE = 512; // 1 MiB

  private final List<TensorCacheException> told = new ArrayList<>();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private PointerScope scope;
  private TensorCache cache;
  private LinearImpl large;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.manual_seed(seed);
    cache = TensorCache.builder("stale").heap(ByteSize.ofMiB(16)).listener(told::add).build();
    large = frozen(new LinearImpl(SIDE, SIDE));
  }

  @AfterEach
  void close() {
    cache.close();
    scope.close();
  }

  private static <M extends Module> M frozen(M module) {
    for (Tensor parameter : module.parameters().get()) {
      parameter.requires_grad_(false);
    }
    module.eval();
    return module;
  }

  /** Tensors of all layouts up to 64 KiB: a write into any element is seen by the next look. */
  @Test
  void anyWriteIntoASmallTensorIsSeenByTheNextLook() {
    List<Tensor> layouts =
        List.of(
            torch.rand(1),
            torch.rand(3),
            torch.rand(16, 1024),
            torch.rand(16, 32, 5, 5).contiguous(torch.MemoryFormat.ChannelsLast),
            torch.rand(100, 100).t(),
            torch.rand(2, 3, 4, 5, 6, 7).permute(5, 3, 1, 0, 2, 4),
            torch.rand(64, 64).narrow(1, 3, 20),
            torch.rand(7).expand(5, 7),
            torch.rand(9, 9).to(torch.ScalarType.Byte));
    for (Tensor layout : layouts) {
      Module module = new Module();
      module.register_buffer("table", layout);
      module.eval();
      ModuleFingerprint fingerprint = PyTorch.fingerprint(module);
      Fingerprint before = fingerprint.current();
      for (int i = 0; i < 20; i++) {
        Tensor element = layout.data();
        for (int axis = (int) layout.dim() - 1; axis >= 0; axis--) {
          element = element.select(axis, random.nextInt((int) layout.size(axis)));
        }
        element.add_(new Scalar(1));
        Fingerprint now = fingerprint.current();
        assertNotEquals(before, now, TensorText.of(layout) + ", seed " + seed);
        before = now;
      }
      assertEquals(1, fingerprint.looksPerTurn());
    }
  }

  @Test
  void otherStridesOverTheSameMemoryAreSeen() {
    for (Tensor square :
        List.of(torch.rand(4, 2, 3, 3), torch.rand(2, 2, 2, 2, 3, 3), torch.rand(300, 2, 16, 16))) {
      Module module = new Module();
      module.register_buffer("table", square);
      module.eval();
      ModuleFingerprint fingerprint = PyTorch.fingerprint(module);
      Fingerprint before = fingerprint.current();
      square.set_data(square.data().transpose(square.dim() - 2, square.dim() - 1));
      assertNotEquals(before, fingerprint.current());
    }
  }

  @Test
  void modulesOfOneNumberAreSeen() {
    Tensor x = torch.randn(4, 1);
    PReLUImpl slope = frozen(new PReLUImpl());
    LinearImpl line = frozen(new LinearImpl(1, 1));
    BatchNorm1dImpl norm = frozen(new BatchNorm1dImpl(new BatchNormOptions(1)));
    assertFresh(PyTorch.cached(cache, "slope", slope), slope::forward, x, slope.weight());
    assertFresh(PyTorch.cached(cache, "line", line), line::forward, x, line.weight());
    assertFresh(PyTorch.cached(cache, "norm", norm), norm::forward, x, norm.running_var());
  }

  private static void assertFresh(
      CachedFunction<Tensor> cached,
      java.util.function.UnaryOperator<Tensor> forward,
      Tensor x,
      Tensor number) {
    cached.apply(x);
    number.data().fill_(new Scalar(3));
    assertTrue(cached.apply(x).equal(forward.apply(x)));
    new FloatPointer(number.data_ptr_float()).put(5);
    assertTrue(cached.apply(x).equal(forward.apply(x)));
  }

  private List<Consumer<Tensor>> partialWrites() {
    int at = random.nextInt(SIDE);
    return List.of(
        weight -> weight.data().select(0, at).fill_(new Scalar(7)),
        weight -> weight.data().select(1, at).fill_(new Scalar(7)),
        weight -> new FloatPointer(weight.data_ptr_float()).put((long) at * SIDE + at, 7),
        weight -> {
          FloatBuffer buffer = weight.createBuffer();
          buffer.put(SIDE * SIDE - 1, 7);
        });
  }

  @Test
  void aPartialWriteIntoALargeTensorIsSeenAfterATurnAndItsRowsAreDropped() {
    for (Consumer<Tensor> write : partialWrites()) {
      told.clear();
      CachedFunction<Tensor> cached = PyTorch.cached(cache, "large", large);
      ModuleFingerprint other = PyTorch.fingerprint(large);
      Tensor old = torch.randn(2, SIDE);
      cached.apply(old);
      Tensor before = large.weight().clone();
      Fingerprint then = other.current();
      write.accept(large.weight());
      Tensor x = torch.randn(2, SIDE);
      cached.apply(x); // may be stored under the old weights
      int looks = other.looksPerTurn();
      assertTrue(looks >= 4, "seed " + seed);
      for (int i = 0; i < looks; i++) {
        cached.apply(old);
        other.current();
      }
      assertNotEquals(then, other.current(), "seed " + seed);
      assertTrue(cached.apply(x).equal(large.forward(x)), "seed " + seed);
      // back to the old weights, counted: nothing of the write is left under them
      large.weight().copy_(before);
      assertTrue(cached.apply(x).equal(large.forward(x)), "seed " + seed);
      assertTrue(cached.apply(old).equal(large.forward(old)), "seed " + seed);
      told.forEach(failure -> assertTrue(failure instanceof LateChangeException, "" + failure));
      cached.close();
    }
  }

  @Test
  void aCountedChangeDoesNotHideAWriteBeforeIt() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "large", large);
    Tensor x = torch.randn(2, SIDE);
    Tensor before = large.weight().clone();
    cached.apply(torch.randn(1, SIDE));
    new FloatPointer(large.weight().data_ptr_float()).put(SIDE + 1, 7);
    cached.apply(x);
    large.weight().copy_(before);
    assertTrue(cached.apply(x).equal(large.forward(x)));
  }

  @Test
  void theListenerIsToldWhereAWriteWasSeenLate() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "large", large);
    Tensor x = torch.randn(2, SIDE);
    cached.apply(x);
    new FloatPointer(large.weight().data_ptr_float()).put(SIDE * 500L + 3, 7);
    for (int i = PyTorch.fingerprint(large).looksPerTurn(); i >= 0; i--) {
      cached.apply(x);
    }
    assertEquals(1, told.size());
    String message = told.get(0).getMessage();
    assertTrue(message.contains("'weight'") && message.contains("recheck"), message);
    assertTrue(cached.apply(x).equal(large.forward(x)));
  }

  @Test
  void replacingAllOfALargeTensorIsSeenByTheNextLook() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "large", large);
    Tensor x = torch.randn(2, SIDE);
    cached.apply(x);
    large.weight().data().mul_(new Scalar(1.01));
    assertTrue(cached.apply(x).equal(large.forward(x)));
    large.weight().set_data(torch.randn(SIDE, SIDE).t());
    assertTrue(cached.apply(x).equal(large.forward(x)));
    large.weight().data().copy_(torch.randn(SIDE, SIDE));
    assertTrue(cached.apply(x).equal(large.forward(x)));
    assertEquals(List.of(), told);
  }

  @Test
  void aRecheckSeesAnyWriteAtOnce() {
    CachedFunction<Tensor> asked = PyTorch.cached(cache, "asked", large);
    CachedFunction<Tensor> every =
        PyTorch.function(cache, "every", large).recheck(Recheck.EVERY_CALL).wrap(large::forward);
    Tensor x = torch.randn(2, SIDE);
    for (int i = 0; i < 20; i++) {
      asked.apply(x);
      every.apply(x);
      float value = 2 + i;
      long at = random.nextInt(SIDE * SIDE);
      new FloatPointer(large.weight().data_ptr_float()).put(at, value);
      assertTrue(every.apply(x).equal(large.forward(x)), "seed " + seed);
      assertFalse(asked.recheck());
      assertTrue(asked.recheck());
      assertTrue(asked.apply(x).equal(large.forward(x)), "seed " + seed);
    }
  }

  @Test
  void weightsThatWereOthersWhileTheModuleRanAreNobodysRows() {
    LinearImpl small = frozen(new LinearImpl(8, 8));
    AtomicBoolean isSwapping = new AtomicBoolean(true);
    CachedFunction<Tensor> cached =
        PyTorch.cached(
            cache,
            "swapping",
            small,
            input -> {
              if (!isSwapping.get()) {
                return small.forward(input);
              }
              Tensor kept = small.weight().clone();
              small.weight().mul_(new Scalar(5));
              Tensor output = small.forward(input);
              small.weight().copy_(kept);
              return output;
            });
    Tensor x = torch.randn(4, 8);
    cached.apply(x);
    assertEquals(4, cache.stats().rowsNotAdmitted());
    isSwapping.set(false);
    assertTrue(cached.apply(x).equal(small.forward(x)));
    assertEquals(0, cache.stats().hits());
  }

  @Test
  void numbersAndFlagsSetInTheOptionsOfALayerAreSeen() {
    var net = new org.bytedeco.pytorch.LeakyReLUImpl();
    net.eval();
    Tensor x = torch.randn(4, 8);
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "leaky", net);
    cached.apply(x);
    net.options().negative_slope().put(0.5);
    assertTrue(cached.apply(x).equal(net.forward(x)));
  }
}
