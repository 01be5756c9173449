package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.RowStore;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.Mismatch;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.error.LateChangeException;
import io.tensorcache.error.MismatchException;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.StoreBusyException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the comments of errors and of who is told them, run. */
class ErrorExamplesTest {
  private final HostTensor batch = Squares.batch();
  private final AtomicInteger calls = new AtomicInteger();
  private @Nullable Exception met;

  /** Not the same twice: what a cached function must not be. */
  private HostTensor drifting(HostTensor x) {
    float[] values = new float[(int) x.spec().elementCount()];
    java.util.Arrays.fill(values, calls.incrementAndGet());
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  @Test
  void listener() {
    List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
    // begin: cache-listener
    TensorCache cache =
        TensorCache.builder("features")
            .listener(failure -> failures.add(failure)) // the call that met it goes on
            .build();
    // end: cache-listener
    CachedFunction<HostTensor> function =
        cache
            .function("drifting", Fingerprint.version("1"), HostTensor.adapter())
            .verifying(1)
            .probing(false)
            .wrap(this::drifting);
    function.apply(batch);
    function.apply(batch);
    assertInstanceOf(MismatchException.class, failures.get(0));
    cache.close();
  }

  @Test
  void failuresByKind() {
    AtomicInteger stale = new AtomicInteger();
    AtomicInteger slower = new AtomicInteger();
    // begin: failures
    TensorCache cache =
        TensorCache.builder("features")
            .listener(
                failure -> {
                  if (failure instanceof LateChangeException) {
                    stale.incrementAndGet(); // rows of other weights may have been served
                  } else if (failure instanceof CorruptEntryException
                      || failure instanceof StorageException
                      || failure instanceof DeviceException) {
                    slower.incrementAndGet(); // the function ran instead
                  }
                })
            .build();
    // end: failures
    assertEquals(0, stale.get() + slower.get());
    cache.close();
  }

  @Test
  void mismatch() {
    try (TensorCache cache = TensorCache.builder("features").build()) {
      // begin: mismatch
      CachedFunction<HostTensor> checked =
          cache
              .function("drifting", Fingerprint.version("1"), HostTensor.adapter())
              .verifying(1) // every hit
              .onMismatch(Mismatch.FAIL)
              .probing(false)
              .wrap(x -> drifting(x)); // returns something else at each call
      checked.apply(batch);
      try {
        checked.apply(batch);
      } catch (MismatchException e) {
        System.err.println("row " + e.key() + " is off by " + e.largestDifference());
        met = e; // not shown
      }
      // end: mismatch
    }
    assertInstanceOf(MismatchException.class, met);
  }

  @Test
  void functionContract() {
    try (TensorCache cache = TensorCache.builder("features").build()) {
      // begin: function-contract
      CachedFunction<HostTensor> first =
          cache.wrap(
              "first",
              Fingerprint.version("1"),
              HostTensor.adapter(),
              x -> HostTensor.adapter().selectRows(x, new int[] {0})); // one row for any batch
      try {
        first.apply(batch);
      } catch (FunctionContractException e) {
        System.err.println(e.getMessage()); // 2 rows in, 1 row out
        met = e; // not shown
      }
      // end: function-contract
    }
    assertInstanceOf(FunctionContractException.class, met);
  }

  @Test
  void nativeLibrary() {
    // begin: native-library
    try (TensorCache cache =
        TensorCache.builder("features").keyBackend(KeyBackend.NATIVE).build()) {
      String backend = cache.config().keyBackendReason();
      assertEquals(KeyBackend.NATIVE, cache.config().keyBackend(), backend); // not shown
    } catch (NativeLibraryException e) {
      System.err.println(e.getMessage()); // why it is not here; AUTO would take Java instead
      met = e; // not shown
    }
    // end: native-library
    assertEquals(met != null, !isNativeHere());
  }

  private static boolean isNativeHere() {
    try (TensorCache cache = TensorCache.builder("auto").build()) {
      return cache.config().keyBackend() == KeyBackend.NATIVE;
    }
  }

  @Test
  void importRefused(@TempDir Path directory) throws Exception {
    Path exported = Files.createDirectory(directory.resolve("export"));
    try (RowStore store = RowStore.create(directory, "features", ByteSize.ofGiB(1))) {
      // begin: import-refused
      try {
        store.importRows(exported, ImportCheck.ANY, rowsSoFar -> {});
      } catch (ImportRefusedException e) {
        System.err.println(e.getMessage()); // what is not as it should be; nothing was stored
        met = e; // not shown
      }
      // end: import-refused
    }
    assertInstanceOf(ImportRefusedException.class, met);
  }

  @Test
  void storeBusy(@TempDir Path directory) {
    RowStore.create(directory, "features", ByteSize.ofGiB(1)).close();
    // begin: store-busy
    try (RowStore store = RowStore.openForChanges(directory, "features", ByteSize.ofGiB(1))) {
      store.clear();
    } catch (StoreBusyException e) {
      System.err.println(e.getMessage()); // which lock another process holds: try again later
      met = e; // not shown
    }
    // end: store-busy
    assertNull(met); // nobody else is here
  }
}
