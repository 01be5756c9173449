package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A listener that is told while rows are read ahead may ask for these rows. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PrefetchListenerTest {
  private static final int WIDTH = 40;

  @TempDir Path directory;
  private final AtomicReference<CachedFunction<HostTensor>> function = new AtomicReference<>();
  private final CompletableFuture<HostTensor> asked = new CompletableFuture<>();
  private final HostTensor x = batch(0, 60, 6);

  private TensorCache open() {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofBytes(0))
        .listener(failure -> asked.complete(function.get().apply(x)))
        .store(store -> store.directory(directory).compression(Compression.NONE))
        .build();
  }

  private CachedFunction<HostTensor> function(TensorCache cache) {
    CachedFunction<HostTensor> wrapped =
        cache
            .function("f", Fingerprint.version("1"), HostTensor.adapter())
            .persisting(true)
            .wrap(Counted.features(WIDTH));
    function.set(wrapped);
    return wrapped;
  }

  private void damageOneRow() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("rows"))) {
      Path segment = all.filter(file -> file.toString().endsWith(".tcs")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(segment);
      bytes[bytes.length / 2] ^= 1;
      Files.write(segment, bytes);
    }
  }

  @Test
  void whoReadsDoesNotWaitForItself()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (TensorCache cache = open()) {
      function(cache).apply(x);
    }
    damageOneRow();
    HostTensor expected = Counted.featuresOf(x, WIDTH, 1);
    try (TensorCache cache = open()) {
      function(cache).prefetch(x);
      assertTrue(sameBits(expected, asked.get(60, TimeUnit.SECONDS)));
      assertTrue(sameBits(expected, function.get().apply(x)));
      assertEquals(1, cache.stats().failures());
    }
  }
}
