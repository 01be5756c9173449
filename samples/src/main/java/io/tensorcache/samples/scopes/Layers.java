package io.tensorcache.samples.scopes;

import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.digits.FeatureNet;
import io.tensorcache.samples.kit.Sample;
import io.tensorcache.samples.kit.ScopeReport;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks for the feature maps of all layers of a network, several times. */
@Command(
    name = "layers",
    description = "Feature maps of the named layers of a network, held and used again.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Layers extends Sample {
  @Option(names = "--passes", description = "How often the maps of all layers are asked for.")
  private int passes = 3;

  @Option(names = "--batches", description = "Batches of images.")
  private int batches = 4;

  @Option(names = "--batch", description = "Images a batch.")
  private int batch = 32;

  @Option(names = "--heap", description = "Heap tier of the cache.")
  private ByteSize heap = ByteSize.ofMiB(64);

  /** Made by the command line. */
  public Layers() {}

  @Override
  protected void settle() {
    output.require("--passes", passes, 1, 1000);
    output.require("--batch", batch, 1, Digits.TRAINING_IMAGES);
    output.require("--batches", batches, 1, Digits.TRAINING_IMAGES / batch);
  }

  @Override
  protected boolean run() {
    try (TensorCache cache = TensorCache.builder("layers").heap(heap).build()) {
      FeatureNet net = new FeatureNet(1);
      Tensor[] images = Digits.train().first(batches * batch).images().split(batch).get();
      FeatureMaps maps = new FeatureMaps(cache.scope("layers", PyTorch.tensors()), net, images);
      passes(maps);
      output.member("layers", ScopeReport.write(output, maps.scopes()));
      output.line("");
      return output.verdict(
          "identical",
          "maps equal to the last bit to those computed without",
          isIdentical(maps, net, images));
    }
  }

  @SuppressWarnings("try") // the scope frees the maps
  private void passes(FeatureMaps maps) {
    List<Double> seconds = new ArrayList<>();
    for (int pass = 1; pass <= passes; pass++) {
      long start = System.nanoTime();
      for (int number = 0; number < batches; number++) {
        try (PointerScope temporaries = new PointerScope()) {
          for (int layer = maps.scopes().size() - 1; layer >= 0; layer--) {
            maps.get(layer, number);
          }
        }
      }
      seconds.add((System.nanoTime() - start) / 1e9);
      output.line("pass %d: %8.4f s", pass, seconds.get(pass - 1));
    }
    output.member("seconds", seconds);
  }

  @SuppressWarnings("try") // the scope frees the maps
  private static boolean isIdentical(FeatureMaps maps, FeatureNet net, Tensor[] images) {
    boolean isIdentical = true;
    for (int number = 0; number < images.length; number++) {
      try (PointerScope temporaries = new PointerScope()) {
        Tensor map = images[number];
        int index = 0;
        for (SequentialImpl layer : net.parts().values()) {
          map = layer.forward(map);
          isIdentical &= maps.get(index++, number).equal(map);
        }
      }
    }
    return isIdentical;
  }
}
