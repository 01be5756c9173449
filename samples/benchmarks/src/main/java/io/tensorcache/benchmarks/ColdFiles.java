package io.tensorcache.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Takes the segments of {@link DurableEpochBenchmark} out of the page cache before each call, with
 * {@code dd} of GNU, which advises the system ({@code posix_fadvise}) to drop what it holds.
 */
@State(Scope.Benchmark)
public class ColdFiles {
  /** Drops all of them. */
  @Setup(Level.Invocation)
  public void drop(DurableEpochBenchmark epochs) throws IOException, InterruptedException {
    for (Path segment : epochs.segments()) {
      String[] command = {
        "dd", "of=" + segment, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"
      };
      Process dd =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (dd.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed");
      }
    }
  }
}
