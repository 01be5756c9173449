package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.kit.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the user may choose, the same for the program in Java and in Kotlin. */
final class Options {
  static final long DEFAULT_SEED = 1;

  @Option(names = "--epochs", description = "How often each image is seen.")
  int epochs = 8;

  @Option(names = "--batch", description = "Images a batch.")
  int batch = 64;

  @Option(names = "--images", description = "How many of the 1438 training images are used.")
  int images = Digits.TRAINING_IMAGES;

  @Option(names = "--held-out", description = "How many of the 359 held-out images are used.")
  int heldOut = Digits.HELD_OUT_IMAGES;

  @Option(
      names = "--seed",
      description = {
        "Decides weights, order and shifts.",
        "Another than the default is another backbone: the cache is filled with the default one first."
      })
  long seed = DEFAULT_SEED;

  @Option(
      names = "--augment",
      description = "Move each image by a random fraction of a pixel: inputs never repeat.")
  boolean augment;

  @Option(names = "--heap", description = "Heap tier of the cache; 0: none.")
  ByteSize heap = ByteSize.ofMiB(64);

  @Option(names = "--off-heap", description = "Off-heap tier of the cache; 0: none.")
  ByteSize offHeap = ByteSize.ofMiB(32);

  @Option(
      names = "--directory",
      description = "Keep the features in a store here too: a later run finds them.")
  @Nullable Path directory;

  @Option(
      names = "--kill-at",
      paramLabel = "PERCENT",
      description = {
        "Kill this process by SIGKILL after so much of the first epoch, such as 60%%;",
        "without the run without the cache. Needs --directory."
      })
  @Nullable String killAt;

  @Option(
      names = "--threads",
      description = "Threads of PyTorch, the same for all runs: they decide the last bits.")
  int threads = 1;

  @Option(
      names = "--cuda",
      description = {
        "Network and cached tensors on the first CUDA device.",
        "Needs the CUDA build of PyTorch: samples/run --cuda frozen."
      })
  boolean cuda;

  /**
   * Checks the values, the sizes of the tiers too, before anything takes time.
   *
   * @throws ParameterException if one is wrong
   */
  void check(Output output, Supplier<TensorCache> cache) {
    output.require("--epochs", epochs, 1, Integer.MAX_VALUE);
    output.require("--batch", batch, 2, Integer.MAX_VALUE);
    output.require("--images", images, 2, Digits.TRAINING_IMAGES);
    output.require("--held-out", heldOut, 1, Digits.HELD_OUT_IMAGES);
    output.require("--threads", threads, 1, 1024);
    if (cuda && !torch.cuda_is_available()) {
      throw output.refusal(
          "--cuda: this PyTorch sees no CUDA device; run samples/run --cuda frozen on a machine with"
              + " an NVIDIA driver, CUDA 13.1 and cuDNN 9");
    }
    if (directory != null && Files.exists(directory) && !Files.isDirectory(directory)) {
      throw output.refusal("--directory " + directory + ": is not a directory");
    }
    if (killAt != null) {
      requireKillAt(output, killAt);
    }
    open(output, cache).close();
    System.gc(); // gives the off-heap tier back before memory is looked at
  }

  private void requireKillAt(Output output, String percent) {
    if (!percent.matches("([1-9]|[1-9][0-9]|100)%")) {
      throw output.refusal("--kill-at " + percent + ": must be from 1% to 100%");
    }
    if (directory == null) {
      throw output.refusal("--kill-at needs --directory: nothing would be left");
    }
  }

  /** The features, which kill this process where {@code --kill-at} says. */
  Features killing(Features features) {
    if (killAt == null) {
      return features;
    }
    long percent = Long.parseLong(killAt.substring(0, killAt.length() - 1));
    return new KillingFeatures(features, (images * percent + 99) / 100);
  }

  /** The cache; one that cannot be built is the user's error, not the program's. */
  TensorCache open(Output output, Supplier<TensorCache> cache) {
    try {
      return cache.get();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw output.refusal("--heap " + heap + " --off-heap " + offHeap + ": " + e.getMessage(), e);
    } catch (StorageException e) {
      throw output.refusal("--directory " + directory + ": " + e.getMessage(), e);
    }
  }

  /** The network, on the device that was asked for. */
  Backbone backbone(long weights) {
    Backbone backbone = new Backbone(weights);
    return cuda ? backbone.toCuda() : backbone;
  }

  /** Features of that network for the trainer's images. */
  Features onDevice(Features features) {
    return cuda ? new CudaFeatures(features) : features;
  }

  /** A trainer with these options. */
  Trainer trainer() {
    Digits train = Digits.train().first(images);
    return new Trainer(epochs, batch, seed, augment, train, Digits.heldOut().first(heldOut));
  }

  /**
   * With another seed than the default: stores each image's row of the default backbone, as an
   * earlier program would have left them.
   */
  @SuppressWarnings("try") // the scope frees the backbone and its features
  void fill(Function<Backbone, CachedFunction<Tensor>> cached, Trainer trainer) {
    if (seed == DEFAULT_SEED) {
      return;
    }
    System.err.println("filling the cache with the backbone of seed " + DEFAULT_SEED);
    try (PointerScope scope = new PointerScope()) {
      CachedFunction<Tensor> function = cached.apply(backbone(DEFAULT_SEED));
      for (Digits part : List.of(trainer.train(), trainer.heldOut())) {
        function.apply(cuda ? part.images().cuda() : part.images());
      }
    }
  }
}
