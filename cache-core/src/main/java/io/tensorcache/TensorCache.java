package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.internal.scope.ValueTypes;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.TensorAdapter;
import java.util.Objects;

/**
 * Caches the outputs of expensive tensor computations, row by row, in bounded tiers of memory. One
 * cache serves any number of functions and engines. Safe for use by several threads.
 *
 * <p>A cache may be slow or empty. It is never wrong, and it never breaks the program that uses it.
 * <!-- region: tensor-cache, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * try (TensorCache cache = TensorCache.builder("features").heap(ByteSize.ofMiB(64)).build()) {
 *   CachedFunction<HostTensor> squares =
 *       cache.wrap(
 *           "squares", Fingerprint.version("1"), HostTensor.adapter(), x -> slowSquares(x));
 *   squares.apply(batch); // computes
 *   squares.apply(batch); // serves
 *   double half = cache.stats().hitRate();
 * }
 * }</pre>
 */
public final class TensorCache implements AutoCloseable {
  private final CacheCore core;

  TensorCache(CacheCore core) {
    this.core = core;
  }

  /**
   * Starts a cache of this name. Two caches may share it. Without a store it appears in messages
   * only; with one it is the name of the store.
   */
  public static TensorCacheBuilder builder(String name) {
    return new TensorCacheBuilder(name);
  }

  /**
   * Returns the cached form of a function, with default options.
   *
   * @param name what the function is called; part of every key
   * @param fingerprint what identifies the computation: its weights, its file, its version. There
   *     is no default, because a cache that outlives a retraining returns stale outputs without a
   *     word
   * @param adapter the engine's tensors
   */
  public <T> CachedFunction<T> wrap(
      String name,
      FingerprintSource fingerprint,
      TensorAdapter<T> adapter,
      TensorFunction<T> function) {
    return function(name, fingerprint, adapter).wrap(function);
  }

  /**
   * Starts the cached form of a function with options: set them on what is returned, then {@code
   * wrap}.
   */
  public <T> FunctionBuilder<T> function(
      String name, FingerprintSource fingerprint, TensorAdapter<T> adapter) {
    core.state().checkOpen();
    return new FunctionBuilder<>(core.functions(), name, fingerprint, adapter);
  }

  /**
   * Returns the scope of this name, opened with default options unless it is open.
   *
   * @param name what the scope is called
   * @param adapter the engine's tensors
   * @throws IllegalStateException if it is open for another tensor type, or the cache is closed
   */
  public <T> Scope<T> scope(String name, TensorAdapter<T> adapter) {
    return scopeBuilder(name, adapter).open();
  }

  /** Starts a scope with options: set them on what is returned, then {@code open}. */
  public <T> ScopeBuilder<T> scopeBuilder(String name, TensorAdapter<T> adapter) {
    Objects.requireNonNull(adapter, "adapter is null: give that of the engine's tensors");
    core.state().checkOpen();
    ValueTypes<T> types = new ValueTypes<>(adapter, new OutputsType<>(adapter));
    return new ScopeBuilder<>(options -> core.scopes().open(name, types, options));
  }

  /**
   * Counts the epochs from {@code first} to {@code last}, both included, with the statistics of
   * each.
   */
  public Epochs epochs(int first, int last) {
    return new Epochs(this, first, last);
  }

  /** Returns what the cache was built with. It works after close. */
  public CacheConfig config() {
    return core.state().config();
  }

  /** Returns what the cache did so far. It works after close, without what the tiers held. */
  public CacheStats stats() {
    return core.stats();
  }

  /**
   * Waits until every row of a persisting function that was stored before is in the files of the
   * store: it then survives the end of the process, however it ends. It survives a loss of power
   * too, if the store's {@code sync} is not {@code ON_CLOSE}.
   *
   * @return false if some row since the last flush could not be kept, which was told to the
   *     listener or is a full store's or queue's refusal; true without a store
   */
  public boolean flush() {
    return core.functions().flush();
  }

  /**
   * Returns the store of this cache. It is closed with the cache; closing it does nothing.
   *
   * @throws IllegalStateException if the cache has no store, or is closed
   */
  public RowStore store() {
    return core.store();
  }

  /**
   * Gives memory of CUDA devices back until the device tier takes no more than this of each; rows
   * go to the heap or off-heap tier where there is one. It is meant for an engine that is running
   * out of memory, and waits until the memory is free. It does nothing without a device tier.
   */
  public void trimDevice(ByteSize size) {
    core.rows().tiers().trimDevice(size);
  }

  /**
   * Moves the rows that memory holds, on the host and on other devices, to a device, until its part
   * of the device tier is full: nothing is evicted for it. Rows in narrow form ({@code storeAs})
   * stay where they are.
   *
   * @param device the driver's ordinal, from 0
   * @return how many rows were moved
   * @throws IllegalArgumentException if there is no such device
   * @throws IllegalStateException if the cache has no device tier
   * @throws io.tensorcache.error.DeviceException if there is no driver, or the device fails; rows
   *     that were not moved then are where they were
   */
  public long moveTo(int device) {
    return core.rows().tiers().moveTo(device);
  }

  /**
   * Drops every row and every entry of the scopes from memory: what does not persist is gone, what
   * does is served from the store. Calls under way store theirs afterwards.
   */
  public void reset() {
    core.reset();
  }

  /**
   * Drops every stored row and entry, those in the store included, whoever wrote them. Calls under
   * way store theirs afterwards.
   */
  public void clear() {
    core.clear();
  }

  /**
   * Drops everything from memory, writes what waits to be written, and frees tiers and store. The
   * scopes are closed too. Calls under way still return correct results. Later calls throw {@link
   * IllegalStateException}. Closing again does nothing.
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // Ehcache would take it
    try {
      core.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Says the name and what the tiers hold. */
  @Override
  public String toString() {
    return "TensorCache \"" + config().name() + "\" " + stats().tiers();
  }
}
