package io.tensorcache;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.internal.call.Functions;
import io.tensorcache.internal.call.InFlight;
import io.tensorcache.internal.durable.SteadyClock;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.Closing;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.internal.rows.RowEvents;
import io.tensorcache.internal.scope.Scopes;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one cache: its rows, and above them its functions and its scopes. Safe for use by
 * several threads.
 */
final class CacheCore implements RowEvents, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CacheState state;
  private final CacheRows rows;
  private final Functions functions;
  private final Scopes scopes;
  private final AtomicBoolean closing = new AtomicBoolean();

  CacheCore(CacheConfig config, RowKeys keys, @Nullable CacheListener listener) {
    this(config, keys, listener, new InFlight(PATIENCE), SteadyClock.SYSTEM);
  }

  CacheCore(
      CacheConfig config,
      RowKeys keys,
      @Nullable CacheListener listener,
      InFlight inFlight,
      InstantSource clock) {
    this.state = new CacheState(config, listener == null ? null : listener::onFailure);
    this.rows = new CacheRows(state, this, clock);
    this.functions = new Functions(state, rows, keys, inFlight);
    this.scopes = new Scopes(state, rows, PATIENCE);
  }

  CacheState state() {
    return state;
  }

  CacheRows rows() {
    return rows;
  }

  Functions functions() {
    return functions;
  }

  Scopes scopes() {
    return scopes;
  }

  @Override
  public void evicted(TensorKey key, int group) {
    scopes.evicted(key, group);
  }

  /** Drops what is in memory only. */
  void reset() {
    state.checkOpen();
    scopes.reset(false);
    rows.reset();
  }

  /** Drops everything, what is in the store too. */
  void clear() {
    state.checkOpen();
    scopes.reset(true);
    scopes.reset(false);
    rows.clear();
  }

  /** The store, if there is one. */
  RowStore store() {
    state.checkOpen();
    PersistedRows persisted = rows.persisted();
    if (persisted == null) {
      throw state.hasNoStore("");
    }
    return new RowStore(persisted.directory(), state.config().name(), persisted.access());
  }

  CacheStats stats() {
    return functions.stats(scopes.stats());
  }

  @Override
  public void close() {
    state.close();
    if (closing.compareAndSet(false, true)) {
      Closing.all(this::end, state::failed);
    } else {
      Closing.all(this::endStore, state::failed); // waits until it is written
    }
  }

  private void end(Closing all) {
    all.part("the scopes", scopes::close);
    rows.close(all);
    all.part("the store", this::closeStore);
  }

  /** Whichever thread comes first: no entry enters a scope that the store could not get. */
  private void endStore(Closing all) {
    all.part("the scopes", scopes::close);
    all.part("the store", this::closeStore);
  }

  private void closeStore() {
    functions.saveUse(false);
    rows.closeStore();
  }
}
