package io.tensorcache.pytorch;

import static org.bytedeco.pytorch.global.torch.Float32Backend.CUDA;
import static org.bytedeco.pytorch.global.torch.Float32Backend.MKLDNN;
import static org.bytedeco.pytorch.global.torch.Float32Op.MATMUL;
import static org.bytedeco.pytorch.global.torch.Float32Precision.IEEE;
import static org.bytedeco.pytorch.global.torch.Float32Precision.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.TanhImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CachedModuleTest {
  private PointerScope scope;
  private TensorCache cache;
  private SequentialImpl net;
  private LinearImpl linear;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.manual_seed(1);
    linear = new LinearImpl(6, 3);
    net = new SequentialImpl();
    net.push_back("linear", linear);
    net.push_back("relu", new ReLUImpl());
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
    cache = TensorCache.builder("test").heap(ByteSize.ofMiB(4)).build();
  }

  @AfterEach
  void close() {
    cache.close();
    scope.close();
  }

  @Test
  void returnsWhatTheModuleReturnsAndStoresIt() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(5, 6);
    Tensor expected = net.forward(batch);
    assertTrue(cached.apply(batch).equal(expected));
    assertTrue(cached.apply(batch).equal(expected));
    assertEquals(5, cache.stats().hits());
    assertEquals(5, cache.stats().misses());
  }

  @Test
  void callersInPlaceOperationDoesNotReachTheCache() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(2, 6);
    Tensor expected = net.forward(batch);
    for (int i = 0; i < 3; i++) {
      Tensor output = cached.apply(batch);
      assertTrue(output.equal(expected));
      output.fill_(new Scalar(-1));
    }
  }

  @Test
  void callsTheModuleForMissingRowsOnly() {
    AtomicInteger rows = new AtomicInteger();
    CachedFunction<Tensor> cached =
        PyTorch.function(cache, "net", net)
            .probing(false)
            .wrap(
                batch -> {
                  rows.addAndGet((int) batch.size(0));
                  return net.forward(batch);
                });
    Tensor batch = torch.rand(8, 6);
    cached.apply(batch.narrow(0, 0, 5));
    cached.apply(batch);
    assertEquals(8, rows.get());
    cached.apply(batch.flip(0));
    assertEquals(8, rows.get());
  }

  @Test
  void readsTransposedBatchAsItsValues() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(6, 4).t();
    cached.apply(batch);
    assertTrue(cached.apply(batch.contiguous()).equal(net.forward(batch)));
    assertEquals(4, cache.stats().hits());
  }

  @Test
  void changedWeightsMeanOtherRows() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(3, 6);
    Tensor old = cached.apply(batch);
    linear.weight().mul_(new Scalar(2));
    Tensor now = cached.apply(batch);
    assertTrue(now.equal(net.forward(batch)));
    assertFalse(now.equal(old));
    linear.bias(torch.ones(3));
    assertTrue(cached.apply(batch).equal(net.forward(batch)), "a member set anew");
    assertEquals(0, cache.stats().hits());
  }

  @Test
  void sameWeightsInAnotherInstanceHaveTheSameFingerprint() {
    LinearImpl copy = new LinearImpl(6, 3);
    copy.weight().set_data(linear.weight().clone());
    copy.bias().set_data(linear.bias().clone());
    copy.weight().requires_grad_(false);
    copy.bias().requires_grad_(false);
    copy.eval();
    Fingerprint one = PyTorch.fingerprint(linear).current();
    assertEquals(one, PyTorch.fingerprint(copy).current());
    copy.bias().add_(new Scalar(1));
    assertNotEquals(one, PyTorch.fingerprint(copy).current());
  }

  @Test
  void otherLayersWithTheSameWeightsHaveAnotherFingerprint() {
    SequentialImpl tanh = new SequentialImpl();
    tanh.push_back("linear", linear);
    tanh.push_back("relu", new TanhImpl());
    tanh.eval();
    Tensor batch = torch.rand(3, 6);
    PyTorch.cached(cache, "net", net).apply(batch);
    assertTrue(PyTorch.cached(cache, "net", tanh).apply(batch).equal(tanh.forward(batch)));
    assertEquals(0, cache.stats().hits());
  }

  @Test
  void refusesAModuleThatWasClosedAfterTheFirstCall() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(3, 6);
    cached.apply(batch);
    net.close();
    String message =
        assertThrows(IllegalArgumentException.class, () -> cached.apply(batch)).getMessage();
    assertTrue(message.contains("module is closed"), message);
  }

  /**
   * A module whose forward fails with an error, such as JavaCPP's "physical memory is too high".
   */
  public static final class Exhausted extends Module {
    static final OutOfMemoryError ERROR = new OutOfMemoryError("physical memory is too high");

    Exhausted() {
      super("Exhausted");
    }

    /** Fails. */
    public Tensor forward(Tensor batch) {
      throw ERROR;
    }
  }

  @Test
  void passesOnTheErrorOfTheModule() {
    Module module = new Exhausted();
    module.eval();
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "exhausted", module);
    Tensor batch = torch.rand(3, 6);
    assertSame(Exhausted.ERROR, assertThrows(OutOfMemoryError.class, () -> cached.apply(batch)));
  }

  @Test
  void refusesTrainingModeUnlessAllowed() {
    ModuleFingerprint fingerprint = PyTorch.fingerprint(net);
    Fingerprint evaluation = fingerprint.current();
    net.train(true);
    String message = assertThrows(IllegalStateException.class, fingerprint::current).getMessage();
    assertTrue(message.contains("eval()") && message.contains("allowTraining()"), message);
    assertNotEquals(evaluation, fingerprint.allowTraining().current());
    net.eval();
    assertEquals(evaluation, fingerprint.current());
  }

  @Test
  void refusesModuleAndInputThatRequireGradients() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor input = torch.rand(2, 6).set_requires_grad(true);
    assertThrows(IllegalArgumentException.class, () -> cached.apply(input));
    linear.weight().requires_grad_(true);
    Tensor batch = torch.rand(2, 6);
    String message =
        assertThrows(IllegalStateException.class, () -> cached.apply(batch)).getMessage();
    assertTrue(message.contains("'linear.weight'"), message);
  }

  @Test
  void refusesModuleWithoutForward() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> PyTorch.cached(cache, "plain", new Module("plain")))
            .getMessage();
    assertTrue(message.contains("forward(Tensor)"), message);
  }

  @Test
  @SuppressWarnings("try") // a scope acts by being open
  void hitsLeaveNoNativeObjectsBehind() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(4, 6);
    cached.apply(batch);
    long before = 0;
    for (int i = 0; i < 3000; i++) {
      if (i == 1000) {
        before = Pointer.totalCount();
      }
      try (PointerScope step = new PointerScope()) {
        cached.apply(batch);
      }
    }
    long after = Pointer.totalCount();
    // fewer if what other tests left was collected meanwhile; a leak would be thousands more
    assertTrue(after <= before, before + " objects before, " + after + " after");
  }

  /** A row that was computed under autocast has the precision, here the dtype too, of autocast. */
  @Test
  void autocastIsAnotherComputation() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(4, 6);
    Tensor plain = cached.apply(batch);
    Tensor cast;
    torch.set_autocast_enabled(torch.DeviceType.CPU, true);
    try {
      cast = cached.apply(batch);
      assertTrue(cast.equal(net.forward(batch)));
      assertEquals(8, cache.stats().misses());
      torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.Half);
      assertEquals(torch.ScalarType.Half, cached.apply(batch).scalar_type().intern());
      assertEquals(12, cache.stats().misses());
    } finally {
      torch.set_autocast_enabled(torch.DeviceType.CPU, false);
      torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
    }
    assertEquals(torch.ScalarType.BFloat16, cast.scalar_type().intern());
    assertTrue(cached.apply(batch).equal(plain));
    assertEquals(4, cache.stats().hits());
  }

  @Test
  void thePrecisionInsideFloat32IsPartOfTheFingerprint() {
    ModuleFingerprint fingerprint = PyTorch.fingerprint(net);
    Fingerprint before = fingerprint.current();
    Context context = torch.globalContext();
    context.setFloat32MatmulPrecision("medium");
    try {
      assertNotEquals(before, fingerprint.current());
    } finally {
      context.setFloat32MatmulPrecision("highest");
    }
    assertEquals(IEEE, context.float32Precision(MKLDNN, MATMUL).intern());
    context.setFloat32Precision(MKLDNN, MATMUL, NONE);
    context.setFloat32Precision(CUDA, MATMUL, NONE);
    assertEquals(before, fingerprint.current());
  }

  /** A tensor that the function makes without a dtype has it. */
  @Test
  void theDefaultDtypeIsPartOfTheFingerprint() {
    CachedFunction<Tensor> cached =
        PyTorch.cached(cache, "net", net, x -> net.forward(x).add(torch.ones(1)));
    Tensor batch = torch.rand(4, 6);
    assertEquals(torch.ScalarType.Float, cached.apply(batch).scalar_type().intern());
    torch.set_default_dtype(torch.scalarTypeToTypeMeta(torch.ScalarType.Double));
    try {
      assertEquals(torch.ScalarType.Double, cached.apply(batch).scalar_type().intern());
    } finally {
      torch.set_default_dtype(torch.scalarTypeToTypeMeta(torch.ScalarType.Float));
    }
    assertEquals(torch.ScalarType.Float, cached.apply(batch).scalar_type().intern());
    assertEquals(4, cache.stats().hits());
  }

  @Test
  void theRoundingOf16BitSumsIsPartOfTheFingerprint() {
    ModuleFingerprint fingerprint = PyTorch.fingerprint(net);
    Context context = torch.globalContext();
    Map<String, Consumer<Boolean>> switches = new LinkedHashMap<>();
    switches.put("float16 in cuBLAS", isSet -> context.setAllowFP16ReductionCuBLAS(!isSet));
    switches.put("bfloat16 in cuBLAS", isSet -> context.setAllowBF16ReductionCuBLAS(!isSet));
    switches.put("attention", context::setAllowFP16BF16ReductionMathSDP);
    Set<Fingerprint> seen = new HashSet<>(Set.of(fingerprint.current()));
    switches.forEach(
        (name, set) -> {
          set.accept(true);
          assertTrue(seen.add(fingerprint.current()), name);
          set.accept(false);
          assertFalse(seen.add(fingerprint.current()), name);
        });
  }

  /** In it a tensor has no version counter: this ended the process. */
  @Test
  @SuppressWarnings("try") // the mode ends with the block
  void theFirstLookMayBeInInferenceMode() {
    CachedFunction<Tensor> cached = PyTorch.cached(cache, "net", net);
    Tensor batch = torch.rand(4, 6);
    try (InferenceMode mode = new InferenceMode(true)) {
      assertTrue(NativeMarks.check());
      assertTrue(cached.apply(batch).is_inference());
      assertTrue(InferenceMode.is_enabled());
    }
    assertTrue(cached.apply(batch).equal(net.forward(batch)));
    assertEquals(4, cache.stats().hits());
  }
}
