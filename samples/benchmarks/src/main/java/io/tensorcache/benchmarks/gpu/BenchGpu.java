package io.tensorcache.benchmarks.gpu;

import io.tensorcache.cli.CommandLines;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.samples.kit.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What keys, hits and epochs take on the first CUDA device. */
@Command(
    name = "samples/run bench-gpu",
    description = "Measures keys, hits and epochs on the first CUDA device.",
    mixinStandardHelpOptions = true)
public final class BenchGpu implements Callable<Integer> {
  private static final int LARGEST_SCALE = 10_000;

  @Mixin private Output output = new Output();

  @Option(
      names = "--scale",
      description = "Divide the bytes of everything by this: to try the program, not to measure.",
      defaultValue = "1")
  private int scale;

  @Option(
      names = "--runs",
      description = "Runs of which the median is taken: ${DEFAULT-VALUE}.",
      defaultValue = "60")
  private int runs;

  @Mixin private TorchOptions torch = new TorchOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private BenchGpu() {}

  /** Measures and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The parser of the command line. A wrong argument is one line. */
  static CommandLine commandLine() {
    return CommandLines.of(new BenchGpu());
  }

  @Override
  public Integer call() throws Exception {
    output.require("--scale", scale, 1, LARGEST_SCALE);
    output.require("--runs", runs, 1, 1_000_000);
    Device device = null;
    try {
      device = torch.isCuda() ? Devices.get().device(0) : null;
    } catch (DeviceException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("no CUDA device: " + e.getMessage());
      err.flush();
      return 1;
    }
    Path directory = Files.createTempDirectory("bench-gpu"); // for its owner only
    try {
      measure(device, new Sizes(scale, runs), directory);
    } finally {
      delete(directory);
    }
    return 0;
  }

  private void measure(@Nullable Device device, Sizes sizes, Path directory) throws Exception {
    String description = device == null ? "host memory" : Devices.get().description();
    output.line("%s", description);
    output.line(
        "medians, runs: %d, sizes divided by: %d; _us: microseconds, gb: 10^9 bytes", runs, scale);
    Figures figures = new Figures(output);
    if (device == null) {
      TorchFigures.measure(torch, sizes, figures, directory);
    } else {
      double hit = measureTiers(device, sizes, figures, directory);
      TorchFigures.measure(torch, sizes, figures, directory);
      TorchcacheFigures.measure(sizes, figures, hit, directory);
    }
    output.member("device", description);
    output.member("scale", scale);
    output.member("runs", runs);
    output.member("figures", figures.all());
    output.writeJson();
  }

  private static double measureTiers(Device device, Sizes sizes, Figures figures, Path directory) {
    try (CudaTensors engine = new CudaTensors(device)) {
      RandomMemory memory = new RandomMemory(engine, sizes.memoryBytes(), 1);
      new KeyFigures(engine, memory, sizes, figures).measure();
      return new HitFigures(engine, memory, sizes, figures).measure(directory.resolve("store"));
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }
}
