package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchScopeTest {
  private TensorCache cache;

  @BeforeEach
  void open() {
    cache = TensorCache.builder("scopes").heap(ByteSize.ofMiB(8)).build();
  }

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  @SuppressWarnings("try") // the scope frees the tensor
  void copyOutlivesThePointerScopeItWasComputedIn() {
    Scope<Tensor> scope = cache.scope("copies", PyTorch.tensors());
    try (PointerScope temporaries = new PointerScope()) {
      scope.get("x", () -> torch.arange(new org.bytedeco.pytorch.Scalar(3)).view(3, 1));
    }
    try (Tensor hit = scope.get("x", () -> torch.zeros(1))) {
      assertTrue(hit.equal(torch.tensor(0L, 1L, 2L).view(3, 1)));
    }
    assertEquals(1, scope.stats().hits());
  }

  @Test
  void referenceIsTheSameObjectUntilItIsClosed() {
    Scope<Tensor> scope =
        cache.scopeBuilder("references", PyTorch.tensors()).retention(Retention.STRONG).open();
    Tensor first = scope.get("x", () -> torch.ones(2));
    assertSame(first, scope.get("x", () -> torch.zeros(2)));
    first.close();
    Tensor second = scope.get("x", () -> torch.zeros(2));
    assertNotEquals(first, second);
    assertEquals(0, second.sum().item_float());
  }
}
