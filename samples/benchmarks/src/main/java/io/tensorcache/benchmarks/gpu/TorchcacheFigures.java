package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/** torchcache's times on the same device, by a Python program of its own. */
final class TorchcacheFigures {
  private static final String NAME = "torchcache";
  private static final String SCRIPT = "torchcache_gpu.py";
  private static final int NOT_HERE = 3; // the script's exit code

  private TorchcacheFigures() {}

  /**
   * Runs it.
   *
   * @param ourHit what a hit of the same batch from the device tier takes, in microseconds
   */
  static void measure(Sizes sizes, Figures figures, double ourHit, Path directory)
      throws InterruptedException {
    Path script = directory.resolve(SCRIPT);
    copyTo(script);
    try {
      Program python =
          Program.run(command(script, "cuda", sizes), directory.resolve("torchcache.txt"));
      figures.add(NAME + ", same batch, rows kept on the device", values(python, ourHit));
    } catch (NotMeasuredException e) {
      figures.missing(NAME, e);
    }
  }

  /** The batches and rows of the other figures. */
  static List<String> command(Path script, String device, Sizes sizes) {
    List<String> command = new ArrayList<>(List.of("python3", script.toString(), device));
    TensorSpec images = sizes.images(DType.FLOAT32);
    LongStream numbers =
        LongStream.concat(
            LongStream.of(sizes.runs(), sizes.batches(), sizes.features().dim(1)),
            LongStream.of(images.shape()));
    numbers.forEach(number -> command.add(Long.toString(number)));
    return command;
  }

  static void copyTo(Path script) {
    try (InputStream in = TorchcacheFigures.class.getResourceAsStream(SCRIPT)) {
      Files.write(script, Objects.requireNonNull(in, SCRIPT).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lines of {@code figure name value}, or the reason why there are none. */
  static Map<String, Double> values(Program python, double ourHit) throws NotMeasuredException {
    if (python.exitCode() == NOT_HERE) {
      throw new NotMeasuredException(python.lastLine());
    }
    if (python.exitCode() != 0) {
      throw new NotMeasuredException(
          "failed with exit code " + python.exitCode() + ": " + python.lastLine());
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (String line : python.text().lines().filter(each -> each.startsWith("figure ")).toList()) {
      String[] words = line.split(" ");
      values.put(words[1], Double.valueOf(words[2]));
    }
    Double hit = values.get("hit_us");
    if (hit == null) {
      throw new NotMeasuredException("no hit_us in what it printed: " + python.lastLine());
    }
    values.put("hit_per_ours", hit / ourHit);
    return values;
  }
}
