package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The programs of the README, between their region marks, run. */
class ReadmeTest {
  private final AtomicInteger rows = new AtomicInteger();

  private HostTensor slowSquares(HostTensor x) {
    rows.addAndGet((int) x.spec().dim(0));
    float[] values = x.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  @Test
  void helloJava() {
    // begin: hello-java
    try (TensorCache cache = TensorCache.builder("hello").heap(ByteSize.ofMiB(64)).build()) {
      CachedFunction<HostTensor> squares =
          cache.wrap(
              "squares", Fingerprint.version("1"), HostTensor.adapter(), x -> slowSquares(x));
      HostTensor x = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}, {1, 2}});
      squares.apply(x); // computes two rows: the third is a copy of the first
      squares.apply(x); // computes nothing
      System.out.println(cache.stats());
    }
    // end: hello-java
    assertEquals(2, rows.get());
  }

  @Test
  void theReadmeShowsThisProgram() throws Exception {
    ReadmeRegions.assertShown(
        "hello-java", "src/test/java/io/tensorcache/ReadmeTest.java", "../README.md");
  }
}
