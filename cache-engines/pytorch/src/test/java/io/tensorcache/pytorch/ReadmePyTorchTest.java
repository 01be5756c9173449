package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The PyTorch program of the README, between its region marks, runs. */
class ReadmePyTorchTest {
  private int steps;

  private void train(Tensor features) {
    steps += (int) features.size(0);
  }

  @Test
  @SuppressWarnings("try") // the scopes free what is made inside
  void helloPyTorch() {
    try (PointerScope scope = new PointerScope()) {
      SequentialImpl net = new SequentialImpl();
      net.push_back("linear", new LinearImpl(6, 4));
      List<Tensor> batches = List.of(torch.rand(8, 6), torch.rand(8, 6));
      // begin: hello-pytorch
      for (Tensor parameter : net.parameters().get()) {
        parameter.requires_grad_(false);
      }
      net.eval();
      try (TensorCache cache =
          TensorCache.builder("flowers").offHeap(ByteSize.ofMiB(256)).build()) {
        CachedFunction<Tensor> backbone = PyTorch.cached(cache, "backbone", net);
        for (int epoch = 1; epoch <= 3; epoch++) {
          for (Tensor images : batches) {
            try (PointerScope step = new PointerScope()) {
              train(backbone.apply(images)); // computed in the first epoch only
            }
          }
        }
        System.out.println(cache.stats());
        assertEquals(16, cache.stats().rowsComputed()); // not shown
      }
      // end: hello-pytorch
    }
    assertEquals(48, steps);
  }
}
