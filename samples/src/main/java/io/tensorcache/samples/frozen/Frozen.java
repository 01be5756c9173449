package io.tensorcache.samples.frozen;

import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a linear head on the features of a frozen network, without the cache and with it. */
@Command(
    name = "frozen",
    description = "Trains a head on a frozen network, without and with the cache, on real digits.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Frozen implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private Settings settings = new Settings();

  /** Made by the command line. */
  public Frozen() {}

  /** What the user may choose. */
  static final class Settings {
    @Option(names = "--epochs", description = "How often each image is seen.")
    int epochs = 8;

    @Option(names = "--batch", description = "Images a batch.")
    int batch = 64;

    @Option(names = "--seed", description = "Decides weights, order and shifts.")
    long seed = 1;

    @Option(names = "--augment", description = "Move each image at random by up to one pixel.")
    boolean augment;

    @Option(names = "--heap", description = "Heap tier of the cache.")
    ByteSize heap = ByteSize.ofMiB(64);

    @Option(names = "--off-heap", description = "Off-heap tier of the cache.")
    ByteSize offHeap = ByteSize.ofMiB(256);

    @Option(
        names = "--threads",
        description = "Threads of PyTorch, the same for all runs: they decide the last bits.")
    int threads = 1;

    @Option(names = "--json", description = "One JSON object on standard output, nothing else.")
    boolean json;
  }

  @Override
  @SuppressWarnings("try") // the scope frees the data
  public Integer call() throws Exception {
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    requireAtLeastOne(command, "--epochs", settings.epochs);
    requireAtLeastOne(command, "--batch", settings.batch);
    requireAtLeastOne(command, "--threads", settings.threads);
    torch.set_num_threads(settings.threads);
    try (PointerScope scope = new PointerScope()) {
      List<TrainingRun> runs = runs(Digits.train(), Digits.heldOut());
      command.getOut().print(settings.json ? Report.json(runs) + "\n" : Report.text(runs));
      command.getOut().flush();
      return 0;
    }
  }

  private static void requireAtLeastOne(CommandLine command, String option, int value) {
    if (value < 1) {
      throw new ParameterException(command, option + " " + value + ": must be >= 1");
    }
  }

  private List<TrainingRun> runs(Digits train, Digits heldOut) throws Exception {
    Trainer trainer = new Trainer(settings.epochs, settings.batch, settings.seed, settings.augment);
    Backbone backbone = new Backbone(settings.seed);
    List<TrainingRun> runs = new ArrayList<>();
    runs.add(trainer.train("without cache", backbone::forward, train, heldOut));
    try (TensorCache cache =
        TensorCache.builder("frozen").heap(settings.heap).offHeap(settings.offHeap).build()) {
      Features cached = new CachedFeatures(cache, backbone);
      runs.add(trainer.train("with cache", cached, train, heldOut));
    }
    return runs;
  }
}
