package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.key.RowKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CacheCoreTest {
  private static CacheCore core(CacheListener listener) {
    RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    return new CacheCore(SampleConfig.of(ByteSize.ofMiB(1), null), keys, listener);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable e) throws X {
    throw (X) e;
  }

  @Test
  void dropsWhateverTheListenerThrows() {
    List<Throwable> thrown = List.of(new AssertionError("a TODO()"), new IOException("no log"));
    for (Throwable each : thrown) {
      try (CacheCore core = core(failure -> CacheCoreTest.<RuntimeException>sneak(each))) {
        core.state().failed(new StorageException("a tier failed", new IllegalStateException()));
        assertEquals(1, core.stats().failures());
      }
    }
  }

  @Test
  void aListenerThatCallsACachedFunctionWaitsForNobody() {
    List<Boolean> inside = new ArrayList<>();
    CacheCore[] itself = new CacheCore[1];
    try (CacheCore core = core(failure -> inside.add(itself[0].state().depth().isInside()))) {
      itself[0] = core;
      core.state().failed(new StorageException("a tier failed", new IllegalStateException()));
      assertEquals(List.of(true), inside, "it may be called while this thread has claimed rows");
      assertFalse(core.state().depth().isInside());
    }
    assertTrue(itself[0].stats().failures() > 0);
  }
}
