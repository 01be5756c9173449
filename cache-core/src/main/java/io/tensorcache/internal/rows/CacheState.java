package io.tensorcache.internal.rows;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.error.TensorCacheException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all parts of one cache ask: how it was built, whether it is open, and whom to tell of a
 * failure. Safe for use by several threads.
 */
public final class CacheState {
  private final CacheConfig config;
  private final CacheCounts counts = new CacheCounts();
  private final FunctionDepth depth = new FunctionDepth();
  private final Failures failures;
  private volatile boolean closed;

  public CacheState(CacheConfig config, @Nullable Consumer<TensorCacheException> listener) {
    this.config = config;
    this.failures = new Failures(config.name(), listener, depth, counts);
  }

  public CacheConfig config() {
    return config;
  }

  public CacheCounts counts() {
    return counts;
  }

  public FunctionDepth depth() {
    return depth;
  }

  /** Tells of it, at once or after what {@link #tellAfter} runs on this thread. */
  public void failed(TensorCacheException failure) {
    failures.tell(failure);
  }

  /** See {@link Failures#tellAfter}. */
  public void tellAfter(Runnable action) {
    failures.tellAfter(action);
  }

  boolean isClosed() {
    return closed;
  }

  public void close() {
    closed = true;
  }

  public void checkOpen() {
    if (closed) {
      throw new IllegalStateException("cache \"" + config.name() + "\" is closed");
    }
  }

  /** What a call gets that needs a store where there is none; {@code because} comes first. */
  public IllegalStateException hasNoStore(String because) {
    return new IllegalStateException(
        because
            + "cache \""
            + config.name()
            + "\" has no store: add store(store -> store.directory(path)) to its builder");
  }
}
