package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values that the program lets go of are collected though the Java heap has room. */
class ScopeCollectTest {
  private static final ByteSize EVERY = ByteSize.ofKiB(64);

  /** Small enough that no collection comes by itself. */
  private static List<WeakReference<HostTensor>> putAndForget(Scope<HostTensor> scope, int count) {
    List<WeakReference<HostTensor>> forgotten = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      HostTensor value = HostTensor.ofFloats(new float[256], 256); // 1 KiB
      scope.put("value " + i, value);
      forgotten.add(new WeakReference<>(value));
    }
    return forgotten;
  }

  private static long there(List<WeakReference<HostTensor>> some) {
    return some.stream().filter(each -> each.get() != null).count();
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  @Test
  void whatWasLetGoOfIsCollected() {
    try (TensorCache cache = TensorCache.builder("c").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(Retention.WEAK)
              .collectEvery(EVERY)
              .open();
      long before = collections();
      List<WeakReference<HostTensor>> forgotten = putAndForget(scope, 200);
      assertTrue(collections() - before >= 3, "asked after 64, 128 and 192 values");
      assertTrue(there(forgotten) <= 16, there(forgotten) + " are left");
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> { // the JVM hands cleared references over a little later
            while (scope.stats().entries() > 16) {
              Thread.onSpinWait();
            }
          });
      assertTrue(scope.stats().collected() >= 184, scope.stats().toString());
    }
  }

  /** What leaves by a bound is garbage too, and the scope does not see it any more. */
  @Test
  void whatLeftIsCollected() {
    try (TensorCache cache = TensorCache.builder("c").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(Retention.STRONG)
              .maxEntries(4)
              .collectEvery(EVERY)
              .open();
      List<WeakReference<HostTensor>> forgotten = putAndForget(scope, 200);
      assertTrue(there(forgotten) <= 16, there(forgotten) + " are left");
      assertEquals(4, scope.stats().entries());
    }
  }

  @Test
  void aChildAsksAsItsParentDoes() {
    try (TensorCache cache = TensorCache.builder("c").build()) {
      Scope<HostTensor> child =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(Retention.WEAK)
              .collectEvery(EVERY)
              .open()
              .child("c");
      assertTrue(there(putAndForget(child, 128)) <= 64);
    }
  }

  @Test
  void copiesNeedNoCollection() {
    try (TensorCache cache = TensorCache.builder("c").build()) {
      ScopeBuilder<HostTensor> copies =
          cache.scopeBuilder("s", HostTensor.adapter()).collectEvery(EVERY);
      IllegalStateException e = assertThrows(IllegalStateException.class, copies::open);
      assertTrue(e.getMessage().contains("collectEvery(64 KiB)"), e.getMessage());
      assertTrue(e.getMessage().contains("retention"), e.getMessage());
    }
  }

  @Test
  void refusesWhatIsNoSize() {
    try (TensorCache cache = TensorCache.builder("c").build()) {
      ScopeBuilder<HostTensor> builder = cache.scopeBuilder("s", HostTensor.adapter());
      assertThrows(NullPointerException.class, () -> builder.collectEvery(null));
      ByteSize none = ByteSize.ofBytes(0);
      assertThrows(IllegalArgumentException.class, () -> builder.collectEvery(none));
    }
  }
}
