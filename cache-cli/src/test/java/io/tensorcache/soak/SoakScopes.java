package io.tensorcache.soak;

import io.tensorcache.Fingerprint;
import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Random operations on the scopes of a cache, each value checked. Safe for several threads. */
final class SoakScopes {
  private static final int NAMES = 200;

  private final Scope<HostTensor> copies;
  private final Scope<HostTensor> references;
  private final Scope<HostTensor> child;
  private final SoakCounts counts;
  private final AtomicLong serial = new AtomicLong();

  SoakScopes(TensorCache cache, SoakCounts counts, boolean bounded) {
    this.counts = counts;
    var copying =
        cache
            .scopeBuilder("copies", HostTensor.adapter())
            .level(CacheLevel.HEAVY)
            .fingerprint(Fingerprint.version("1"));
    if (bounded) {
      copying.maxEntries(20);
    }
    copies = copying.open();
    var referring =
        cache.scopeBuilder("references", HostTensor.adapter()).retention(Retention.hybrid(5));
    if (bounded) {
      referring.maxBytes(ByteSize.ofKiB(2));
    }
    references = referring.open();
    child = copies.child("child");
  }

  /** One operation. */
  void step(Random random) {
    int name = random.nextInt(NAMES);
    Scope<HostTensor> scope = random.nextInt(3) == 0 ? references : copies;
    switch (random.nextInt(24)) {
      case 0 -> scope.put("n" + name, valueOf(name));
      case 1 -> check(name, scope.take("n" + name));
      case 2 -> scope.remove("n" + name);
      case 3 -> check(name, child.get("n" + name, () -> valueOf(name)));
      case 4 -> check(name, scope.force("n" + name, CacheLevel.TOTAL, () -> valueOf(name)));
      case 5, 6 ->
          check(
              name,
              scope.entry("n" + name).dependsOn("n" + (name + 1) % NAMES).get(() -> valueOf(name)));
      case 7, 8 ->
          check(
              name + 1000,
              copies.entry("p" + name).persisting(true).get(() -> valueOf(name + 1000)));
      case 9 -> check(name, scope.getIfPresent("n" + name));
      default -> check(name, scope.get("n" + name, CacheLevel.NORMAL, () -> valueOf(name)));
    }
    counts.scopeOperations.increment();
  }

  /** What changes a scope as a whole. */
  void disturb(Random random) {
    switch (random.nextInt(5)) {
      case 0 -> copies.level(CacheLevel.values()[random.nextInt(CacheLevel.values().length)]);
      case 1 -> references.reset();
      case 2 -> copies.reset(random.nextBoolean(), true);
      case 3 -> copies.trimTo(CacheLevel.LIGHT);
      default -> copies.level(CacheLevel.HEAVY);
    }
  }

  private HostTensor valueOf(int name) {
    long number = serial.incrementAndGet();
    return HostTensor.ofLongs(
        new long[] {name, number, SoakValues.mix(name * 1_000_003L ^ number)}, 3);
  }

  private void check(int name, @Nullable HostTensor value) {
    if (value == null) {
      return;
    }
    long[] parts = value.longs();
    if (parts.length != 3
        || parts[0] != name
        || parts[2] != SoakValues.mix(name * 1_000_003L ^ parts[1])) {
      counts.wrong("entry " + name + " is " + java.util.Arrays.toString(parts));
    }
  }
}
