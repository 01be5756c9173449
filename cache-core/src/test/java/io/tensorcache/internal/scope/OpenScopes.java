package io.tensorcache.internal.scope;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.durable.SteadyClock;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.Closing;
import io.tensorcache.internal.rows.RowEvents;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The scopes of a cache below its face, which write down what they tell. */
final class OpenScopes implements RowEvents, AutoCloseable {
  static final ComputationDigest VERSION = ComputationDigest.of(new TensorKey(1, 2));

  /** Removals: paths of entries with causes. */
  final List<String> told = new CopyOnWriteArrayList<>();

  final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  final ValueTypes<HostTensor> types =
      new ValueTypes<>(HostTensor.adapter(), new MapType<>(HostTensor.adapter()));
  final ScopeListener listener =
      removal -> told.add(removal.scope() + "/" + removal.name() + " " + removal.cause());
  final CacheState state;
  final CacheRows rows;
  final Scopes scopes;

  /** In memory only. */
  OpenScopes() {
    this(ByteSize.ofMiB(1), null);
  }

  /** With a store, and no time to live there. */
  OpenScopes(Path directory) {
    this(ByteSize.ofMiB(1), SampleConfig.store(directory, null));
  }

  OpenScopes(ByteSize heap, @Nullable StoreConfig store) {
    this.state = new CacheState(SampleConfig.of(heap, store), failures::add);
    this.rows = new CacheRows(state, this, SteadyClock.SYSTEM);
    this.scopes = new Scopes(state, rows, Duration.ofSeconds(30));
  }

  @Override
  public void evicted(TensorKey key, int group) {
    scopes.evicted(key, group);
  }

  ScopeState<HostTensor> open(String name, Retention retention) {
    return scopes.open(name, types, options(retention));
  }

  UnaryOperator<ScopeSettings> options(Retention retention) {
    return base ->
        new ScopeSettings(
            base.level(),
            base.levels(),
            retention,
            base.maxEntries(),
            base.maxBytes(),
            base.collectEvery(),
            VERSION,
            listener,
            base.clock());
  }

  static HostTensor tensor(float... values) {
    return HostTensor.ofFloats(values, values.length);
  }

  void put(ScopeState<HostTensor> scope, String name, Terms terms, float... values) {
    scope.calls().put(types.tensor(), name, terms, tensor(values));
  }

  void put(ScopeState<HostTensor> scope, String name, float... values) {
    put(scope, name, SampleEntries.from(), values);
  }

  @Nullable HostTensor look(ScopeState<HostTensor> scope, String name) {
    return scope.calls().getIfPresent(types.tensor(), name, SampleEntries.from());
  }

  static List<String> names(ScopeState<?> scope) {
    return scope.table().list(true).stream().map(Entry::name).toList();
  }

  long rowsInMemory() {
    return rows.stats(Map.of()).get(0).entries();
  }

  @Override
  public void close() {
    state.close();
    Closing.all(
        all -> {
          all.part("the scopes", scopes::close);
          rows.close(all);
          all.part("the store", rows::closeStore);
        },
        failures::add);
  }
}
