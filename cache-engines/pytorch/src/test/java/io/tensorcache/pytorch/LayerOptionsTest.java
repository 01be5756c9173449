package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.Fingerprint;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AvgPool2dImpl;
import org.bytedeco.pytorch.AvgPool2dOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.GELUImpl;
import org.bytedeco.pytorch.GELUOptions;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LeakyReLUOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.MaxPool2dImpl;
import org.bytedeco.pytorch.MaxPool2dOptions;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.kSame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LayerOptionsTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static LeakyReLUImpl leaky(double slope) {
    LeakyReLUOptions options = new LeakyReLUOptions();
    options.negative_slope().put(slope);
    return new LeakyReLUImpl(options);
  }

  private static MaxPool2dImpl pool(long down, long right) {
    MaxPool2dOptions options = new MaxPool2dOptions(new LongPointer(3, 3));
    options.stride().put(new LongPointer(down, right));
    return new MaxPool2dImpl(options);
  }

  private static Fingerprint of(Module layer) {
    SequentialImpl net = new SequentialImpl();
    if (layer instanceof LeakyReLUImpl leaky) {
      net.push_back("layer", leaky);
    } else if (layer instanceof MaxPool2dImpl pool) {
      net.push_back("layer", pool);
    } else if (layer instanceof Conv2dImpl conv) {
      net.push_back("layer", conv);
    }
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
      parameter.fill_(new org.bytedeco.pytorch.Scalar(0.5));
    }
    net.eval();
    return PyTorch.fingerprint(net).current();
  }

  private static Conv2dImpl conv(long stride, boolean same) {
    Conv2dOptions options = new Conv2dOptions(1, 1, new LongPointer(3, 3));
    options.stride().put(new LongPointer(stride, stride));
    if (same) {
      options.padding().put(new kSame());
    }
    return new Conv2dImpl(options);
  }

  @Test
  void slopesStridesAndPaddingsArePartOfTheFingerprint() {
    assertEquals(of(leaky(0.01)), of(leaky(0.01)));
    assertNotEquals(of(leaky(0.01)), of(leaky(0.5)));
    assertEquals(of(pool(2, 2)), of(pool(2, 2)));
    assertNotEquals(of(pool(2, 2)), of(pool(1, 2)));
    assertNotEquals(of(pool(2, 2)), of(pool(2, 1)), "the second number counts too");
    assertEquals(of(conv(1, false)), of(conv(1, false)));
    assertNotEquals(of(conv(1, false)), of(conv(2, false)));
    assertNotEquals(of(conv(1, false)), of(conv(1, true)), "a padding chosen by name");
  }

  @Test
  void readsNumbersArraysNamesAndChoices() {
    assertEquals("(inplace=false, negative_slope=0.25)", LayerOptions.of("", leaky(0.25)));
    AvgPool2dOptions average = new AvgPool2dOptions(new LongPointer(4, 2));
    assertEquals(
        "(ceil_mode=false, count_include_pad=true, divisor_override=none, kernel_size=4x2, padding=0x0, stride=4x2)",
        LayerOptions.of("", new AvgPool2dImpl(average)));
    GELUOptions gelu = new GELUOptions();
    assertEquals("(approximate=\"none\")", LayerOptions.of("", new GELUImpl(gelu)));
    assertEquals(
        "(elementwise_affine=true, eps=1.0E-5, normalized_shape=[6])",
        LayerOptions.of("", new LayerNormImpl(new LongVector(new long[] {6}))));
    assertEquals("(inplace=false)", LayerOptions.of("", new ReLUImpl()));
    assertEquals("(end_dim=-1, start_dim=1)", LayerOptions.of("", new FlattenImpl()));
  }

  @Test
  void aModuleWithoutOptionsHasNone() {
    assertEquals("", LayerOptions.of("", new SequentialImpl()));
  }
}
