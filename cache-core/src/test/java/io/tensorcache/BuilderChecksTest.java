package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What would be accepted and useless is refused where it is said, with what to do. */
@SuppressWarnings("NullAway") // Java callers can pass null
class BuilderChecksTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final HostTensor X = HostTensor.ofRows(new float[][] {{1, 2}});

  private final TensorCache cache = TensorCache.builder("c").heap(ByteSize.ofMiB(1)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private static void assertRefused(
      Class<? extends RuntimeException> type, Executable call, String... parts) {
    String message = String.valueOf(assertThrows(type, call).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void tiersThatHoldNoRow() {
    Supplier<TensorCacheBuilder> builder = () -> TensorCache.builder("c");
    for (int bytes : new int[] {1, 100, 1023}) {
      assertRefused(
          IllegalArgumentException.class,
          () -> builder.get().heap(ByteSize.ofBytes(bytes)),
          "heap(" + bytes + " B) holds no row: at least 1 KiB",
          "or 0");
    }
    assertRefused(
        IllegalArgumentException.class,
        () -> builder.get().device(ByteSize.ofBytes(255)),
        "device(255 B)",
        "at least 256 B");
    for (Executable small :
        new Executable[] {
          () -> builder.get().offHeap(ByteSize.ofKiB(1)).build(),
          () -> builder.get().disk(ByteSize.ofMiB(1)).build(),
          () -> builder.get().store(store -> store.limit(ByteSize.ofKiB(1))).build(),
          () -> builder.get().store(store -> store.queue(ByteSize.ofBytes(64))).build(),
          () -> cache.scopeBuilder("s", HOST).maxBytes(ByteSize.ofBytes(0)),
          () -> cache.scopeBuilder("s", HOST).maxEntries(0)
        }) {
      assertRefused(IllegalArgumentException.class, small, "at least");
    }
  }

  @Test
  void theSmallestHeapServes() {
    try (TensorCache small = TensorCache.builder("s").heap(ByteSize.ofKiB(1)).build()) {
      CachedFunction<HostTensor> copy = small.wrap("copy", V1, HOST, x -> x);
      copy.apply(X);
      copy.apply(X);
      assertEquals(1, small.stats().hits());
    }
  }

  @Test
  void timesAsLongAsTheyCanBe(@TempDir Path directory) {
    Duration ever = ChronoUnit.FOREVER.getDuration();
    try (TensorCache lasting =
        TensorCache.builder("lasting")
            .store(s -> s.directory(directory).interval(ever).timeToLive(ever))
            .build()) {
      CachedFunction<HostTensor> copy =
          lasting.function("f", V1, HOST).persisting(true).wrap(x -> x);
      copy.apply(X);
      assertTrue(assertTimeoutPreemptively(Duration.ofSeconds(60), lasting::flush));
      lasting.reset();
      copy.apply(X);
      assertEquals(1, lasting.stats().hits());
    }
    Scope<HostTensor> scope = cache.scope("s", HOST);
    scope.entry("k").timeToLive(ever).put(X);
    assertNotNull(scope.getIfPresent("k"));
  }

  @Test
  void theLastEpochOfAllIsTheLast() {
    int last = 0;
    for (Epochs.Epoch epoch : cache.epochs(Integer.MAX_VALUE - 1, Integer.MAX_VALUE)) {
      assertTrue(epoch.number() > last, "epoch " + epoch.number());
      last = epoch.number();
    }
    assertEquals(Integer.MAX_VALUE, last);
  }

  @Test
  void nullIsNoLevel() {
    Scope<HostTensor> scope = cache.scope("s", HOST);
    Class<NullPointerException> npe = NullPointerException.class;
    assertRefused(npe, () -> scope.level(null), "level is null");
    assertRefused(npe, () -> scope.trimTo(null), "level is null");
    assertRefused(npe, () -> scope.reset(true, true, null), "sparedGroups is null");
    assertRefused(npe, () -> scope.entry("k").timeToLive(null), "timeToLive is null");
    scope.put("k", X);
    assertNotNull(scope.getIfPresent("k"), "nothing of it was taken");
  }

  @Test
  void optionsWithoutEffect() {
    assertRefused(
        IllegalStateException.class,
        () ->
            TensorCache.builder("c").heap(ByteSize.ofMiB(1)).compression(Compression.NONE).build(),
        "compression(NONE) without offHeap(...) or disk(...)");
    assertRefused(
        IllegalStateException.class,
        () ->
            TensorCache.builder("c")
                .store(s -> s.sync(SyncPolicy.ON_CLOSE).interval(Duration.ofSeconds(1)))
                .build(),
        "interval",
        "sync(ON_CLOSE)");
    assertRefused(
        IllegalStateException.class,
        () ->
            cache
                .function("f", V1, HOST)
                .granularity(Granularity.WHOLE)
                .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
                .wrap(x -> x),
        "RECOMPUTE_BATCH",
        "WHOLE");
    assertRefused(
        IllegalStateException.class,
        () -> TensorCache.builder("c").deviceReserve(ByteSize.ofMiB(1)).build(),
        "without device(...)");
    assertRefused(
        IllegalStateException.class,
        () ->
            TensorCache.builder("c")
                .heap(ByteSize.ofBytes(0))
                .whenFull(WhenFull.KEEP_FIRST)
                .store(store -> {})
                .build(),
        "whenFull(KEEP_FIRST) without a tier");
    assertRefused(
        IllegalStateException.class,
        () -> TensorCache.builder("c").whenFull(WhenFull.RECENT).weigh(Weigh.SECONDS_SAVED).build(),
        "weigh(SECONDS_SAVED) with whenFull(RECENT) has no effect");
    assertRefused(
        IllegalStateException.class,
        () ->
            TensorCache.builder("c")
                .heap(ByteSize.ofBytes(0))
                .weigh(Weigh.SECONDS_SAVED)
                .store(store -> {})
                .build(),
        "weigh(SECONDS_SAVED) without a tier");
  }

  @Test
  void aKeyBuilderAtOnceToo() {
    Class<IllegalArgumentException> type = IllegalArgumentException.class;
    assertRefused(type, () -> new KeyBuilder().salt(new byte[31]), "salt of 31 bytes: must be 32");
    assertRefused(type, () -> new KeyBuilder().samplesPerRow(0), "samplesPerRow(0)");
    Class<NullPointerException> npe = NullPointerException.class;
    assertRefused(npe, () -> new KeyBuilder().salt(null), "salt is null");
    assertRefused(npe, () -> new KeyBuilder().domain(null), "domain is null");
    assertRefused(
        npe, () -> new KeyBuilder().function("f", null, Granularity.ROWS), "fingerprint is null");
  }

  @Test
  void nullsByTheirNames() {
    Class<NullPointerException> npe = NullPointerException.class;
    assertRefused(npe, () -> cache.wrap("f", null, HOST, x -> x), "fingerprint is null", "version");
    assertRefused(
        npe,
        () -> cache.wrap("f", V1, (TensorAdapter<HostTensor>) null, x -> x),
        "adapter is null");
    assertRefused(npe, () -> cache.wrap("f", V1, HOST, null), "function is null");
    assertRefused(
        npe, () -> cache.function("f", V1, HOST).wrapOperation(null), "operation is null");
    assertRefused(npe, () -> cache.wrap(null, V1, HOST, x -> x), "function name is null");
    assertRefused(npe, () -> cache.scope(null, HOST), "scope name is null");
    assertRefused(npe, () -> cache.scope("s", null), "adapter is null");
    assertRefused(npe, () -> TensorCache.builder(null), "cache name is null");
    assertRefused(npe, () -> TensorCache.builder("c").listener(null), "listener is null");
    assertRefused(npe, () -> TensorCache.builder("c").heap(null), "heap is null");
    assertRefused(npe, () -> TensorCache.builder("c").device(null), "device is null");
    assertRefused(npe, () -> TensorCache.builder("c").offHeap(null), "offHeap is null");
    assertRefused(npe, () -> TensorCache.builder("c").disk(null), "disk is null");
    assertRefused(npe, () -> TensorCache.builder("c").store(null), "store is null");
    assertRefused(npe, () -> TensorCache.builder("c").salt(null), "salt is null");
    assertRefused(npe, () -> TensorCache.builder("c").saltFrom(null), "saltFrom is null");
    assertRefused(npe, () -> Fingerprint.version(null), "version is null");
    assertRefused(npe, () -> V1.and(null), "detail is null");
    assertRefused(npe, () -> Fingerprint.ofDigest(null), "digest is null");
    assertRefused(npe, () -> Inputs.of(X).with(null, 1), "argument is null");
    assertRefused(npe, () -> Inputs.of(X).and(null, X), "input is null");
    assertRefused(npe, () -> Outputs.of(X).and(null, X), "output is null");
  }

  @Test
  void anInputThatIsNull() {
    CachedFunction<HostTensor> function = cache.wrap("f", V1, HOST, x -> x);
    assertRefused(
        NullPointerException.class,
        () -> function.apply((HostTensor) null),
        "function \"f\": input \"0\" is null");
    assertRefused(
        NullPointerException.class,
        () -> function.apply(Inputs.of(X).and("mask", null)),
        "function \"f\": input \"mask\" is null");
  }

  @Test
  void aSourceThatGivesNoFingerprint() {
    CachedFunction<HostTensor> function = cache.wrap("f", () -> null, HOST, x -> x);
    assertRefused(
        NullPointerException.class,
        () -> function.apply(X),
        "function \"f\": its source gives null as a fingerprint");
  }
}
