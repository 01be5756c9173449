package io.tensorcache.samples.digits;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.AvgPool2dImpl;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.MaxPool2dImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.StringSharedModuleDict;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A frozen network with random weights in three named parts, each of which takes what the one
 * before it gives: from images {@code float32[n, 1, 32, 32]} to {@code edges [n, 32, 32, 32]},
 * {@code shapes [n, 64, 8, 8]} and {@code embedding [n, 512]}. Confined to one thread.
 */
public final class FeatureNet {
  private final Module net = new Module("features");
  // The presets free some layers (pooling) with their Java object even inside a Sequential.
  private final List<Module> layers = new ArrayList<>();

  /** A network whose weights follow from {@code seed}. */
  public FeatureNet(long seed) {
    torch.manual_seed(seed);
    SequentialImpl edges = part("edges");
    convolution(edges, 1, 32);
    convolution(edges, 32, 32);
    SequentialImpl shapes = part("shapes");
    shapes.push_back(keep(new MaxPool2dImpl(new LongPointer(2, 2))));
    convolution(shapes, 32, 64);
    convolution(shapes, 64, 64);
    shapes.push_back(keep(new MaxPool2dImpl(new LongPointer(2, 2))));
    SequentialImpl embedding = part("embedding");
    convolution(embedding, 64, 128);
    convolution(embedding, 128, 128);
    embedding.push_back(keep(new AvgPool2dImpl(new LongPointer(4, 4))));
    embedding.push_back(keep(new FlattenImpl()));
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
  }

  private SequentialImpl part(String name) {
    return keep(net.register_module(name, new SequentialImpl()));
  }

  private <M extends Module> M keep(M layer) {
    layers.add(layer);
    return layer;
  }

  private void convolution(SequentialImpl part, int inputs, int outputs) {
    Conv2dOptions options = new Conv2dOptions(inputs, outputs, new LongPointer(3, 3));
    options.padding().put(new LongPointer(1, 1));
    options.bias().put(false);
    Conv2dImpl layer = keep(new Conv2dImpl(options));
    torch.kaiming_normal_(layer.weight());
    part.push_back(layer);
    part.push_back(keep(new ReLUImpl()));
  }

  /** The parts by name, first to last. */
  public Map<String, SequentialImpl> parts() {
    Map<String, SequentialImpl> parts = new LinkedHashMap<>();
    StringSharedModuleDict children = net.named_children();
    for (long i = 0; i < children.size(); i++) {
      parts.put(children.get(i).key().getString(), children.get(i).value().asSequential());
    }
    return parts;
  }
}
