package io.tensorcache.samples.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** torchcache's times on the same device, by a Python program of its own. */
final class TorchcacheFigures {
  private static final String NAME = "torchcache";
  private static final String SCRIPT = "torchcache_gpu.py";
  private static final int NOT_IMPORTABLE = 3; // the script's exit code
  private static final int MOST_MINUTES = 10;

  private TorchcacheFigures() {}

  static void measure(Sizes sizes, Figures figures, Path directory) throws InterruptedException {
    Path script = directory.resolve(SCRIPT);
    Path out = directory.resolve("torchcache.txt");
    try {
      copyTo(script);
      Process python =
          new ProcessBuilder(
                  "python3",
                  script.toString(),
                  Integer.toString(sizes.scale()),
                  Integer.toString(sizes.runs()))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!python.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
        python.destroyForcibly().waitFor();
        figures.missing(NAME, "not done after " + MOST_MINUTES + " minutes");
        return;
      }
      report(python.exitValue(), Files.readString(out).strip(), figures);
    } catch (IOException e) {
      figures.missing(NAME, "not importable (python3: " + e.getMessage() + ")");
    }
  }

  private static void copyTo(Path script) {
    try (InputStream in = TorchcacheFigures.class.getResourceAsStream(SCRIPT)) {
      Files.write(script, Objects.requireNonNull(in, SCRIPT).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lines of {@code name value}, or the reason why there are none. */
  static void report(int exitCode, String text, Figures figures) {
    String last = text.lines().reduce("", (earlier, line) -> line);
    if (exitCode == NOT_IMPORTABLE) {
      figures.missing(NAME, "not importable (" + last + ")");
      return;
    }
    if (exitCode != 0) {
      figures.missing(NAME, "failed with exit code " + exitCode + ": " + last);
      return;
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (String line : text.lines().filter(each -> each.startsWith("figure ")).toList()) {
      String[] words = line.split(" ");
      values.put(words[1], Double.valueOf(words[2]));
    }
    figures.add(NAME + ", same batch, rows kept on the device", values);
  }
}
