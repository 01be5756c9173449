package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors of PyTorch as entries of scopes. */
class TorchScopeTest {
  private final TensorCache cache = TensorCache.builder("torch scopes").build();

  @AfterEach
  void close() {
    cache.close();
  }

  private Scope<Tensor> scope(Retention retention) {
    return cache.scopeBuilder("s", PyTorch.tensors()).retention(retention).open();
  }

  @Test
  void aCopyOutlivesTheTensorAndEachHitIsAFreshOne() {
    Scope<Tensor> scope = scope(Retention.COPY);
    try (Tensor computed = scope.get("K", () -> torch.ones(2, 3).t())) {
      computed.fill_(new org.bytedeco.pytorch.Scalar(9f));
    }
    try (Tensor first = scope.getIfPresent("K");
        Tensor second = scope.getIfPresent("K")) {
      assertNotSame(first, second);
      assertEquals(3, first.size(0));
      assertEquals(6, first.sum().item_float());
      first.fill_(new org.bytedeco.pytorch.Scalar(0f));
      assertEquals(6, second.sum().item_float());
    }
  }

  @Test
  void aTensorThatItsPointerScopeClosedIsComputedAgain() {
    Scope<Tensor> scope = scope(Retention.STRONG);
    try (PointerScope step = new PointerScope()) {
      Tensor computed = scope.get("K", () -> torch.ones(2));
      assertSame(computed, scope.getIfPresent("K"));
      assertTrue(step != null);
    }
    assertNull(scope.getIfPresent("K"));
    try (Tensor again = scope.get("K", () -> torch.ones(3))) {
      assertEquals(3, again.numel());
      assertEquals(1, scope.stats().collected());
    }
  }

  /** 600 MiB go through the scope, and the Java heap has room for all of their objects. */
  @Test
  void tensorsThatNobodyClosesAreFreed() {
    Scope<Tensor> scope =
        cache
            .scopeBuilder("s", PyTorch.tensors())
            .retention(Retention.WEAK)
            .collectEvery(ByteSize.ofMiB(32))
            .open();
    long before = Pointer.physicalBytes();
    long grown = 0;
    for (int i = 0; i < 600; i++) {
      scope.put("t" + i, torch.ones(1 << 18)); // 1 MiB
      grown = Math.max(grown, Pointer.physicalBytes() - before);
    }
    assertTrue(grown < 300L << 20, "resident memory grew by " + grown + " bytes");
  }

  @Test
  void aTensorWithAGraphIsKeptByReferenceOnly() {
    try (Tensor weight = torch.ones(2).requires_grad_(true)) {
      Scope<Tensor> copies = scope(Retention.COPY);
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> copies.get("K", () -> weight.mul(weight)));
      assertTrue(refused.getMessage().contains("\"K\""), refused.getMessage());
      Scope<Tensor> strong =
          cache.scopeBuilder("strong", PyTorch.tensors()).retention(Retention.STRONG).open();
      Tensor kept = strong.get("K", () -> weight.mul(weight));
      assertTrue(strong.getIfPresent("K").requires_grad());
      kept.close();
    }
  }

  @Test
  void movesToTheHostAndRefusesOtherDevices() {
    Scope<Tensor> scope = scope(Retention.STRONG);
    try (Tensor held = scope.get("K", () -> torch.ones(2))) {
      scope.moveTo("cpu");
      assertSame(held, scope.getIfPresent("K"));
      assertThrows(IllegalArgumentException.class, () -> scope.moveTo("cuda:7"));
    }
  }
}
