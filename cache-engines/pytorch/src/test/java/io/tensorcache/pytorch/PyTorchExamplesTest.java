package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.tensor.DType;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The examples in the comments of the PyTorch classes, run. */
class PyTorchExamplesTest {
  private static SequentialImpl frozenNet() {
    SequentialImpl net = new SequentialImpl();
    net.push_back("linear", new LinearImpl(6, 4));
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
    return net;
  }

  @Test
  @SuppressWarnings("try") // the scope frees what is made inside
  void cachedModule() {
    try (PointerScope scope = new PointerScope();
        TensorCache cache = TensorCache.builder("features").build()) {
      SequentialImpl net = frozenNet();
      Tensor images = torch.rand(8, 6);
      // begin: pytorch
      CachedFunction<Tensor> backbone = PyTorch.cached(cache, "backbone", net);
      CachedFunction<Tensor> halved =
          PyTorch.function(cache, "halved", net) // with options
              .storeAs(DType.BFLOAT16)
              .wrap(x -> net.forward(x));
      Tensor features = backbone.apply(images); // on the device of the images
      // end: pytorch
      halved.apply(images);
      assertEquals(8, features.size(0));
      assertEquals(16, cache.stats().rowsComputed());
    }
  }

  @Test
  @SuppressWarnings("try") // the scope frees what is made inside
  void moduleFingerprint() {
    try (PointerScope scope = new PointerScope();
        TensorCache cache = TensorCache.builder("features").build()) {
      SequentialImpl net = frozenNet();
      Tensor images = torch.rand(8, 6);
      // begin: module-fingerprint
      ModuleFingerprint weights = PyTorch.fingerprint(net);
      CachedFunction<Tensor> backbone =
          cache.wrap(
              "backbone",
              weights.and("slope 0.2"), // a field of your own class, which is not seen by itself
              PyTorch.tensors(),
              x -> net.forward(x));
      backbone.apply(images);
      boolean isUnchanged = backbone.recheck(); // reads all weights
      // end: module-fingerprint
      assertTrue(isUnchanged);
      assertEquals(8, cache.stats().rowsComputed());
    }
  }
}
