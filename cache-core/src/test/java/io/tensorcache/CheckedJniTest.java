package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.HostTensor;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that runs below Java breaks a rule of JNI, as far as {@code -Xcheck:jni} sees it. */
class CheckedJniTest {
  @TempDir Path directory;

  /** Another process. */
  public static final class Program {
    private Program() {}

    /** Rows of all lengths through native keys, LZ4, the tiers in pages and in a file, a store. */
    public static void main(String[] args) {
      Path directory = Path.of(args[0]);
      for (int program = 0; program < 2; program++) { // the second reads what the first stored
        try (TensorCache cache =
            TensorCache.builder("checked")
                .keyBackend(KeyBackend.valueOf(args[1]))
                .heap(ByteSize.ofBytes(0))
                .offHeap(ByteSize.ofMiB(2))
                .disk(ByteSize.ofMiB(16), directory)
                .compression(Compression.LZ4)
                .store(store -> store.directory(directory).compression(Compression.LZ4))
                .build()) {
          for (int columns = 16; columns <= 1 << 16; columns *= 16) {
            use(cache, columns);
          }
        }
      }
    }

    private static void use(TensorCache cache, int columns) {
      CachedFunction<HostTensor> same =
          cache
              .function("same", Fingerprint.version("1"), HostTensor.adapter())
              .persisting(true)
              .wrap(x -> x);
      float[] values = new float[8 * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = i / 32;
      }
      for (int i = 0; i < 3; i++) {
        same.apply(HostTensor.ofFloats(values, 8, columns));
        cache.flush();
      }
      if (cache.stats().failures() > 0) {
        throw new IllegalStateException(cache.stats().toString());
      }
    }
  }

  private List<String> warnings(KeyBackend backend) throws Exception {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xcheck:jni",
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                directory.toString(),
                backend.name())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().filter(line -> line.matches("(?i)warning\\b.*")).toList();
  }

  @Test
  void warnsOfNothing() throws Exception {
    assertEquals(List.of(), warnings(KeyBackend.JAVA));
  }

  @Test
  @RequiresNative
  void warnsOfNothingWithNativeKeys() throws Exception {
    assertEquals(List.of(), warnings(KeyBackend.NATIVE));
  }
}
