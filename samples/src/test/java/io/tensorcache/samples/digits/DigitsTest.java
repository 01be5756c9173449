package io.tensorcache.samples.digits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DigitsTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.set_num_threads(1);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void splitsTheDigitsWithoutOverlap() {
    Digits train = Digits.train();
    Digits heldOut = Digits.heldOut();
    assertEquals(1438, train.count());
    assertEquals(359, heldOut.count());
    assertEquals(
        "1438x1x32x32",
        train.images().size(0)
            + "x"
            + train.images().size(1)
            + "x"
            + train.images().size(2)
            + "x"
            + train.images().size(3));
    assertEquals(0, train.labels().select(0, 0).item_long());
    assertEquals(4, heldOut.labels().select(0, 0).item_long());
    assertTrue(train.images().max().item_float() <= 1 && train.images().min().item_float() >= 0);
    for (int label = 0; label < 10; label++) {
      assertTrue(heldOut.labels().eq(new Scalar(label)).sum().item_long() > 20);
    }
  }

  @Test
  void rowOfTheBackboneDoesNotDependOnItsBatch() {
    Backbone backbone = new Backbone(1);
    Tensor images = Digits.train().images().narrow(0, 0, 64);
    Tensor all = backbone.forward(images);
    Tensor order = torch.randperm(64);
    assertTrue(
        backbone.forward(images.index_select(0, order)).equal(all.index_select(0, order)), "order");
    for (int count : new int[] {1, 2, 7, 8, 9, 29, 63}) {
      int from = 64 - count;
      assertTrue(
          backbone.forward(images.narrow(0, from, count)).equal(all.narrow(0, from, count)),
          "batch of " + count);
    }
    assertEquals(Backbone.FEATURES, all.size(1));
    assertFalse(all.requires_grad());
  }

  @Test
  void backboneFollowsFromItsSeed() {
    Tensor images = Digits.train().images().narrow(0, 0, 3);
    Tensor features = new Backbone(5).forward(images);
    assertTrue(new Backbone(5).forward(images).equal(features));
    assertFalse(new Backbone(6).forward(images).equal(features));
  }
}
