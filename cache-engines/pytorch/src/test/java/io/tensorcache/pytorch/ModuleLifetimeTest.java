package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is held of a module goes with it, without a collection. */
@SuppressWarnings("try") // a scope acts by being open
class ModuleLifetimeTest {
  private static final int SIDE = 1024; // 4 MiB
  private static final int ROUNDS = 100;
  private static final int PIECE = 64 << 10;
  private static volatile byte[] garbage = {};

  private final TensorCache cache = TensorCache.builder("lifetime").heap(ByteSize.ofMiB(4)).build();
  private final Tensor x = Unscoped.keep(() -> torch.rand(4, SIDE));

  @AfterEach
  void close() {
    cache.close();
    x.close();
  }

  private static SequentialImpl net() {
    SequentialImpl net = new SequentialImpl();
    net.push_back("linear", new LinearImpl(SIDE, SIDE));
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
    return net;
  }

  /** The heap's own pages become resident when they are written for the first time: now. */
  private static void touchHeap() {
    for (long at = 0; at < Runtime.getRuntime().totalMemory(); at += PIECE) {
      garbage = new byte[PIECE];
    }
  }

  private static void assertMemoryStays(Consumer<Integer> round) {
    round.accept(0);
    touchHeap();
    long before = Pointer.physicalBytes();
    long heapBefore = Runtime.getRuntime().totalMemory();
    for (int i = 1; i <= ROUNDS; i++) {
      round.accept(i);
    }
    // all of the heap was resident; of what leaves it, pages go later than the JVM says
    long heapGrown = Math.max(0, Runtime.getRuntime().totalMemory() - heapBefore);
    long grown = Pointer.physicalBytes() - before - heapGrown;
    assertTrue(grown < (ROUNDS / 2) * 4L << 20, "resident memory grew by " + grown + " bytes");
  }

  @Test
  void goesWithTheScopeOfTheModule() {
    assertMemoryStays(
        i -> {
          try (PointerScope scope = new PointerScope()) {
            PyTorch.cached(cache, "f", net()).apply(x);
          }
        });
  }

  @Test
  void goesWhenTheNextModuleIsWatched() {
    assertMemoryStays(
        i -> {
          SequentialImpl net;
          try (PointerScope scope = new PointerScope()) {
            net = net();
            net.retainReference();
            scope.detach(net);
          }
          PyTorch.cached(cache, "f", net).apply(x).close();
          net.close();
        });
  }

  @Test
  void goesWhenTheFunctionIsClosed() {
    assertMemoryStays(
        i -> {
          try (PointerScope scope = new PointerScope()) {
            SequentialImpl net = net();
            try (CachedFunction<Tensor> cached = PyTorch.cached(cache, "f", net)) {
              cached.apply(x);
            }
          }
        });
  }

  @Test
  void anInnerScopeThatEndsCostsOneMoreReadAndNoRow() {
    try (PointerScope scope = new PointerScope()) {
      SequentialImpl net = net();
      CachedFunction<Tensor> cached;
      try (PointerScope inner = new PointerScope()) {
        cached = PyTorch.cached(cache, "f", net);
        cached.apply(x);
      }
      for (int i = 0; i < 3; i++) {
        assertTrue(cached.apply(x).equal(net.forward(x)));
      }
      assertEquals(12, cache.stats().hits());
    }
  }

  @Test
  void aFreedModuleIsRefused() {
    CachedFunction<Tensor> cached;
    ModuleFingerprint fingerprint;
    try (PointerScope scope = new PointerScope()) {
      SequentialImpl net = net();
      cached = PyTorch.cached(cache, "f", net, net::forward);
      fingerprint = PyTorch.fingerprint(net);
      cached.apply(x);
    }
    String message =
        assertThrows(IllegalArgumentException.class, () -> cached.apply(x)).getMessage();
    assertTrue(message.contains("module is closed"), message);
    assertThrows(IllegalArgumentException.class, cached::recheck);
    assertThrows(IllegalArgumentException.class, fingerprint::current);
  }
}
