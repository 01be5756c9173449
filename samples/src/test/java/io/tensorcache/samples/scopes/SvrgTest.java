package io.tensorcache.samples.scopes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SvrgTest {
  private static final int FEATURES = 8;

  private PointerScope scope;
  private final List<TrainingBatch> batches = new ArrayList<>();

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.manual_seed(1);
    Tensor directions = torch.randn(FEATURES, 10);
    for (int i = 0; i < 5; i++) {
      Tensor features = torch.randn(16, FEATURES);
      Tensor digits = features.matmul(directions).max(1, false).get1();
      batches.add(new TrainingBatch(features, torch.one_hot(digits, 10).to(torch.kFloat())));
    }
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Keeps gradients, or computes them each time. */
  private final class Batches implements Svrg.Source {
    private final boolean keeps;
    private final Map<Integer, Tensor> gradients = new HashMap<>();
    private int computed;

    Batches(boolean keeps) {
      this.keeps = keeps;
    }

    @Override
    public TrainingBatch batch(int number) {
      return batches.get(number);
    }

    @Override
    public Tensor gradient(int number, Supplier<Tensor> compute) {
      Tensor held = gradients.get(number);
      if (held != null) {
        return held;
      }
      computed++;
      Tensor gradient = compute.get();
      if (keeps) {
        gradients.put(number, gradient.retainReference());
      }
      return gradient;
    }

    @Override
    public void forgetGradients() {
      gradients.clear();
    }
  }

  @Test
  void learnsTheSameFromKeptGradients() {
    Svrg svrg = new Svrg(4, batches.size(), 1);
    Batches kept = new Batches(true);
    Batches recomputed = new Batches(false);
    List<Double> losses = svrg.train(kept, FEATURES);
    assertEquals(losses, svrg.train(recomputed, FEATURES));
    assertEquals(4, losses.size());
    assertTrue(losses.get(3) < losses.get(0) && losses.get(0) < Math.log(10), losses.toString());
    assertEquals(4 * 5, kept.computed);
    assertEquals(4 * (5 + 5), recomputed.computed);
  }
}
