package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of more rows than the memory of the command line holds. */
@Tag("nightly")
class ManyRowsTest {
  private static final int ROWS = 1_000_000;
  private static final int BATCH = 20_000;
  private static final Map<String, String> SMALL_HEAP =
      Map.of("JDK_JAVA_OPTIONS", "-Xmx256m -XX:+ExitOnOutOfMemoryError");

  @TempDir Path directory;

  @BeforeEach
  void fill() {
    try (TensorCache cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofKiB(64))
            .store(store -> store.directory(directory))
            .build()) {
      var same =
          cache
              .function("same", Fingerprint.version("1"), HostTensor.adapter())
              .probing(false)
              .persisting(true)
              .wrap(x -> x);
      for (int from = 0; from < ROWS; from += BATCH) {
        same.apply(HostTensor.ofLongs(LongStream.range(from, from + BATCH).toArray(), BATCH, 1));
      }
    }
  }

  private long count(String what, String... options) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Object[] arguments = new Object[2 + options.length];
    arguments[0] = "ls";
    arguments[1] = directory.resolve("rows");
    System.arraycopy(options, 0, arguments, 2, options.length);
    Process process = CliProcess.start(SMALL_HEAP, out.toFile(), err.toFile(), arguments);
    assertEquals(0, process.waitFor(), Files.readString(err));
    return count(out, what);
  }

  /** The JSON is one line, longer than a text can be. */
  private static long count(Path out, String what) throws IOException {
    long found = 0;
    int matched = 0;
    try (BufferedReader in = Files.newBufferedReader(out)) {
      for (int c; (c = in.read()) >= 0; ) {
        matched = c == what.charAt(matched) ? matched + 1 : c == what.charAt(0) ? 1 : 0;
        if (matched == what.length()) {
          found++;
          matched = 0;
        }
      }
    }
    return found;
  }

  @Test
  void areListedAsTheyAreRead() throws Exception {
    assertEquals(ROWS, count("\"key\"", "--rows", "--json"));
    assertEquals(ROWS, count("  same  ", "--rows"));
  }
}
