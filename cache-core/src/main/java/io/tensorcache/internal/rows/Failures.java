package io.tensorcache.internal.rows;

import io.tensorcache.error.TensorCacheException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listener of one cache what went wrong. Safe for use by several threads. */
public final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final String cache;
  private final @Nullable Consumer<TensorCacheException> listener;
  private final FunctionDepth depth;
  private final CacheCounts counts;

  /** What went wrong on this thread and is told afterwards. */
  private final ThreadLocal<@Nullable List<TensorCacheException>> untold = new ThreadLocal<>();

  Failures(
      String cache,
      @Nullable Consumer<TensorCacheException> listener,
      FunctionDepth depth,
      CacheCounts counts) {
    this.cache = cache;
    this.listener = listener;
    this.depth = depth;
    this.counts = counts;
  }

  void tell(TensorCacheException failure) {
    List<TensorCacheException> later = untold.get();
    if (later != null) {
      later.add(failure);
      return;
    }
    counts.failures.increment();
    log.debug("cache {}: {}", cache, failure.toString());
    if (listener != null) {
      int before = depth.now();
      try {
        depth.enter(); // this thread may have claimed rows that the listener asks for
        listener.accept(failure);
      } catch (Throwable e) { // Kotlin throws what Java would have to declare, and its TODO()
        log.warn("the listener of cache {} threw", cache, e);
      } finally {
        depth.returnTo(before);
      }
    }
  }

  /**
   * Runs what others may wait for, under a lock: no listener runs on this thread before it has
   * ended, however it ends.
   */
  void tellAfter(Runnable action) {
    List<TensorCacheException> failures = new ArrayList<>();
    untold.set(failures);
    try {
      action.run();
    } finally {
      untold.remove();
      failures.forEach(this::tell);
    }
  }
}
