package io.tensorcache.samples.digits;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AvgPool2dImpl;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.MaxPool2dImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A frozen convolutional network with random weights: six convolutions with ReLU and pooling, from
 * {@code float32[n, 1, 32, 32]} to {@code float32[n, 512]}. Confined to one thread.
 *
 * <p>It computes in pieces of exactly {@value #PIECE} images, the last filled up with zeros. A
 * convolution of one image alone takes another code path in PyTorch than one of several, and
 * differs in the last bits; in pieces of one size a row is the same whatever batch it comes in, so
 * training with cached rows is the same to the last bit as training without.
 */
public final class Backbone {
  /** Values a row of features. */
  public static final int FEATURES = 512;

  private static final int PIECE = 8;
  private static final int[] CHANNELS = {32, 32, 64, 64, 128, 128};

  private final SequentialImpl net = new SequentialImpl();
  // The presets free some layers (pooling) with their Java object even inside a Sequential.
  private final List<Module> layers = new ArrayList<>();

  /** A network whose weights follow from {@code seed}. */
  public Backbone(long seed) {
    torch.manual_seed(seed);
    int inputs = 1;
    for (int i = 0; i < CHANNELS.length; i++) {
      convolution("conv" + (i + 1), inputs, CHANNELS[i]);
      if (i % 2 == 1 && i < CHANNELS.length - 1) {
        MaxPool2dImpl pool = keep(new MaxPool2dImpl(new LongPointer(2, 2)));
        net.push_back("pool" + (i + 1), pool);
      }
      inputs = CHANNELS[i];
    }
    AvgPool2dImpl average = keep(new AvgPool2dImpl(new LongPointer(4, 4)));
    net.push_back("average", average);
    net.push_back("flatten", keep(new FlattenImpl()));
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
  }

  private void convolution(String name, int inputs, int outputs) {
    Conv2dOptions options = new Conv2dOptions(inputs, outputs, new LongPointer(3, 3));
    options.padding().put(new LongPointer(1, 1));
    options.bias().put(false);
    Conv2dImpl layer = keep(new Conv2dImpl(options));
    torch.kaiming_normal_(layer.weight());
    net.push_back(name, layer);
    net.push_back(name + "_relu", keep(new ReLUImpl()));
  }

  private <M extends Module> M keep(M layer) {
    layers.add(layer);
    return layer;
  }

  /** Moves the weights to the first CUDA device. */
  public Backbone toCuda() {
    net.to(new Device(torch.DeviceType.CUDA), false);
    return this;
  }

  /** The network, for its fingerprint. Owned by this object. */
  public SequentialImpl module() {
    return net;
  }

  /**
   * The features {@code float32[n, 512]} of images {@code [n, 1, 32, 32]}; the caller owns them.
   */
  @SuppressWarnings("try") // the guard acts by being open, the scope frees what is made inside
  public Tensor forward(Tensor images) {
    long rows = images.size(0);
    Tensor features = images.new_empty(rows, FEATURES);
    for (long at = 0; at < rows; at += PIECE) {
      long count = Math.min(PIECE, rows - at);
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        features.narrow(0, at, count).copy_(piece(images.narrow(0, at, count)));
      }
    }
    return features;
  }

  private Tensor piece(Tensor images) {
    long missing = PIECE - images.size(0);
    if (missing == 0) {
      return net.forward(images);
    }
    Tensor full = torch.constant_pad_nd(images, 0, 0, 0, 0, 0, 0, 0, missing);
    return net.forward(full).narrow(0, 0, images.size(0));
  }
}
