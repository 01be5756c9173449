package io.tensorcache;

import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** A scope whose entries are kept in a store. */
abstract class ScopePersistingFixture {
  @TempDir Path directory;
  final AtomicInteger calls = new AtomicInteger();

  TensorCache cache() {
    return TensorCache.builder("p").store(store -> store.directory(directory)).build();
  }

  static Scope<HostTensor> scope(TensorCache cache, String version, Retention retention) {
    return cache
        .scopeBuilder("s", HostTensor.adapter())
        .fingerprint(Fingerprint.version(version))
        .retention(retention)
        .open();
  }

  static Scope<HostTensor> scope(TensorCache cache) {
    return scope(cache, "1", Retention.COPY);
  }

  HostTensor tensor(float value) {
    calls.incrementAndGet();
    return HostTensor.ofFloats(new float[] {value, value}, 2);
  }
}
