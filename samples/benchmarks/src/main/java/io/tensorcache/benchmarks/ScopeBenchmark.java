package io.tensorcache.benchmarks;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Look-ups of one of 10,000 entries of a scope by name, against a map of weak references, and the
 * scope printed. One thread; names are other objects than those the entries were stored under.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ScopeBenchmark {
  private static final int ENTRIES = 10_000;

  private final TensorCache cache = TensorCache.builder("scopes").heap(ByteSize.ofMiB(64)).build();
  private final Scope<HostTensor> strong = scope("strong", Retention.STRONG);
  private final Scope<HostTensor> weak = scope("weak", Retention.WEAK);
  private final Scope<HostTensor> hybrid = scope("hybrid", Retention.hybrid(ENTRIES / 2));
  private final Scope<HostTensor> copies = scope("copies", Retention.COPY);
  private final Scope<HostTensor> bounded =
      cache
          .scopeBuilder("bounded", HostTensor.adapter())
          .retention(Retention.STRONG)
          .maxEntries(ENTRIES)
          .open();
  private final ConcurrentHashMap<String, WeakReference<HostTensor>> map =
      new ConcurrentHashMap<>();
  private final HostTensor[] held = new HostTensor[ENTRIES];
  private final String[] names = new String[ENTRIES];
  private int next;

  private Scope<HostTensor> scope(String name, Retention retention) {
    return cache.scopeBuilder(name, HostTensor.adapter()).retention(retention).open();
  }

  /** Sixteen floats each. */
  @Setup
  public void fill() {
    for (int i = 0; i < ENTRIES; i++) {
      String name = "layer" + i + "_activation";
      names[i] = "layer" + i + "_activation"; // computed: not the same object
      held[i] = HostTensor.ofFloats(new float[16], 16);
      strong.put(name, held[i]);
      weak.put(name, held[i]);
      hybrid.put(name, held[i]);
      bounded.put(name, held[i]);
      copies.put(name, held[i]);
      map.put(name, new WeakReference<>(held[i]));
    }
  }

  /** Ends the cache. */
  @TearDown
  public void close() {
    cache.close();
  }

  private String name() {
    next = next + 7919 < ENTRIES ? next + 7919 : next + 7919 - ENTRIES;
    return names[next];
  }

  private static HostTensor absent() {
    throw new IllegalStateException("every entry is there");
  }

  /** What is compared with. */
  @Benchmark
  public Object mapOfWeakReferences() {
    return map.get(name()).get();
  }

  /** A present entry, held weakly. */
  @Benchmark
  public Object weakGetIfPresent() {
    return weak.getIfPresent(name());
  }

  /** A present entry, held weakly, by get. */
  @Benchmark
  public Object weakGet() {
    return weak.get(name(), ScopeBenchmark::absent);
  }

  /** A present entry, held strongly. */
  @Benchmark
  public Object strongGet() {
    return strong.get(name(), ScopeBenchmark::absent);
  }

  /** A present entry, held strongly, where the order of use is kept. */
  @Benchmark
  public Object boundedGet() {
    return bounded.get(name(), ScopeBenchmark::absent);
  }

  /** Half of the entries held strongly: each second look-up changes which. */
  @Benchmark
  public Object hybridGet() {
    return hybrid.get(name(), ScopeBenchmark::absent);
  }

  /** A present entry as a fresh tensor. */
  @Benchmark
  public Object copyGet() {
    return copies.get(name(), ScopeBenchmark::absent);
  }

  /** All entries, by reference. */
  @Benchmark
  public Object printStrong() {
    return strong.describe(true);
  }

  /** All entries, from their copies. */
  @Benchmark
  public Object printCopies() {
    return copies.describe(true);
  }
}
