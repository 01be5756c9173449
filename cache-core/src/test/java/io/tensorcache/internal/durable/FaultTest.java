package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.durable.FaultyFiles.Operation;
import io.tensorcache.store.RowSelection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file system fails: no exception reaches the caller, nothing acknowledged is lost. */
class FaultTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles files = new FaultyFiles();

  private DurableStore open() {
    return open(WhenFull.EVICT);
  }

  private DurableStore open(WhenFull whenFull) {
    StoreConfig config = DurableFixture.config(1 << 16, whenFull, 16);
    return DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
  }

  @Test
  void fullDiskIsToldOnceAndTheRestGoesOn() throws IOException {
    try (DurableStore store = open()) {
      for (int i = 0; i < 20; i++) {
        assertTrue(store(store, i));
      }
      assertTrue(store.flush());
      files.fault =
          (operation, file) -> {
            if (operation == Operation.WRITE && file.toString().contains("seg-")) {
              throw new IOException("No space left on device");
            }
          };
      assertTrue(store(store, 20), "still believed to fit");
      assertFalse(store.flush());
      long losses = store.use().losses();
      assertTrue(losses > 0);
      assertTrue(store.flush(), "told once");
      assertEquals(losses, store.use().losses());
      for (int i = 21; i < 40; i++) {
        assertFalse(store(store, i));
      }
      events.expectFailures(1);
      assertTrue(events.failures.get(0).getMessage().contains("No space left on device"));
      assertNotNull(store.use().refusal());
      assertEquals(20, store.use().declined());
      assertEquals(20, found(store, 0, 40));
    }
    files.fault = (operation, file) -> {};
    try (DurableStore store = open()) {
      assertEquals(20, found(store, 0, 40));
      assertTrue(store(store, 20));
      assertTrue(store.flush());
    }
  }

  @Test
  void deviceThatIsAlwaysFull() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "needs /dev/full");
    AtomicBoolean isFull = new AtomicBoolean();
    files.fault =
        (operation, file) -> {
          if (operation == Operation.WRITE && isFull.get() && file.toString().endsWith(".tcs")) {
            try (FileChannel device = FileChannel.open(full, StandardOpenOption.WRITE)) {
              device.write(ByteBuffer.allocate(10), 0);
            }
          }
        };
    try (DurableStore store = open()) {
      assertTrue(store(store, 1));
      assertTrue(store.flush());
      isFull.set(true);
      assertTrue(store(store, 2));
      assertFalse(store.flush());
      assertEquals(1, found(store, 1, 3));
    }
    events.expectFailures(1);
    isFull.set(false);
    try (DurableStore store = open()) {
      assertEquals(1, found(store, 1, 3));
    }
  }

  /** The n-th operation fails, or all from the n-th on, for every n of a whole session. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everySingleOperationFails(boolean forGood) throws IOException {
    int operations = Integer.MAX_VALUE;
    for (int n = 1; n <= operations; n += n < 60 ? 1 : 5) {
      Path place = directory.resolve("n" + n);
      AtomicInteger count = new AtomicInteger();
      int failing = n;
      files.fault =
          (operation, file) -> {
            int now = count.incrementAndGet();
            if (forGood ? now >= failing : now == failing) {
              throw new IOException(
                  "operation " + now + ": " + operation + " " + file.getFileName());
            }
          };
      boolean[] safe = new boolean[3];
      session(place, safe);
      operations = count.get() < n ? 0 : Math.max(n, Math.min(count.get(), 250));
      files.fault = (operation, file) -> {};
      try (DurableStore store = openAt(place)) {
        for (int part = 0; part < safe.length; part++) {
          int hits = found(store, part * 20, part * 20 + 20);
          assertTrue(!safe[part] || hits == 20, "operation " + n + ", part " + part + ": " + hits);
        }
      }
    }
  }

  private DurableStore openAt(Path place) {
    StoreConfig config = DurableFixture.config(1 << 16, WhenFull.EVICT, 16);
    return DurableStore.open(place, "rows", config, events, files, System::currentTimeMillis);
  }

  /** Says which groups of 20 rows were acknowledged. */
  private void session(Path place, boolean[] safe) {
    try (DurableStore store = openAt(place)) {
      for (int part = 0; part < safe.length; part++) {
        boolean all = true;
        for (int i = part * 20; i < part * 20 + 20; i++) {
          all &= store(store, i);
        }
        safe[part] = store.flush() && all;
        found(store, 0, 60);
        store.schema(key(3));
      }
      store.remove(key(100));
      store.use();
    }
  }

  @Test
  void unreadableRowIsAMissUntilItCanBeRead() throws IOException {
    try (DurableStore store = open()) {
      store(store, 1);
      store.flush();
      files.fault =
          (operation, file) -> {
            if (operation == Operation.READ && file.toString().endsWith(".tcs")) {
              throw new IOException("Input/output error");
            }
          };
      assertEquals(Lookup.MISS, read(store, 1));
      // the second time after a look at the directory, where one was due
      int told = events.failures.size();
      assertTrue(told == 1 || told == 2, told + " times");
      files.fault = (operation, file) -> {};
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
    }
  }

  @Test
  void tooManyOpenFilesIsToldAndTriedAgain() throws IOException {
    try (DurableStore store = open()) {
      for (int i = 0; i < 50; i++) {
        store(store, i);
      }
    }
    files.fault =
        (operation, file) -> {
          if (operation == Operation.OPEN && file.toString().endsWith(".tcs")) {
            throw new FileSystemException(file.toString(), null, "Too many open files");
          }
        };
    try (DurableStore store = open()) {
      assertEquals(0, found(store, 0, 50));
      assertFalse(events.failures.isEmpty());
      files.fault = (operation, file) -> {};
      assertTrue(store.flush()); // looks at the directory again
      assertEquals(50, found(store, 0, 50));
    }
  }

  @Test
  void deletedDirectoryTurnsTheStoreOff() throws IOException {
    try (DurableStore store = open()) {
      store(store, 1);
      assertTrue(store.flush());
      DurableFixture.delete(directory);
      store(store, 2);
      assertFalse(store.flush());
      assertFalse(store(store, 3));
      read(store, 1);
      store.remove(key(1));
      assertEquals(0, store.prune(RowSelection.ofFunction("net")).rows());
      store.clear();
    }
    assertFalse(events.failures.isEmpty());
    assertFalse(Files.exists(directory.resolve("rows")));
  }

  @Test
  void readOnlyDirectoryIsRead() throws IOException {
    assumeFalse("root".equals(System.getProperty("user.name")), "needs a user other than root");
    try (DurableStore store = open()) {
      store(store, 1);
    }
    Path rows = directory.resolve("rows");
    Files.setPosixFilePermissions(rows, PosixFilePermissions.fromString("r-x------"));
    try {
      assertOnlyRead();
    } finally {
      Files.setPosixFilePermissions(rows, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void directoryThatRefusesWritersIsRead() throws IOException {
    try (DurableStore store = open()) {
      store(store, 1);
    }
    Set<Operation> writes = Set.of(Operation.CREATE, Operation.DELETE, Operation.WRITE);
    files.fault =
        (operation, file) -> {
          if (writes.contains(operation)) {
            throw new AccessDeniedException(file.toString());
          }
        };
    assertOnlyRead();
  }

  private void assertOnlyRead() {
    try (DurableStore store = open()) {
      events.expectFailures(1);
      assertTrue(events.failures.get(0).getMessage().contains("it is only read"));
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
      assertFalse(store(store, 2));
      assertFalse(store.flush());
      events.expectFailures(1);
    }
  }

  @Test
  void listenerThatThrowsHarmsNoOne() {
    files.fault =
        (operation, file) -> {
          if (operation == Operation.WRITE) {
            throw new IOException("no");
          }
        };
    DurableEvents bad =
        new DurableEvents() {
          @Override
          public void failed(io.tensorcache.error.TensorCacheException failure) {
            throw new IllegalStateException("listener");
          }

          @Override
          public void evicted(long entries) {}
        };
    StoreConfig config = DurableFixture.config(1 << 16, WhenFull.EVICT, 16);
    try (DurableStore store =
        DurableStore.open(directory, "rows", config, bad, files, System::currentTimeMillis)) {
      store(store, 1);
      assertFalse(store.flush());
    }
  }

  @ParameterizedTest
  @EnumSource(WhenFull.class)
  void failureIsNotRepeatedForEachRow(WhenFull whenFull) {
    try (DurableStore store = open(whenFull)) {
      files.fault =
          (operation, file) -> {
            throw new IOException("everything fails");
          };
      for (int i = 0; i < 500; i++) {
        store(store, i);
      }
      store.flush();
      assertTrue(events.failures.size() <= 3, events.failures::toString);
    } finally {
      files.fault = (operation, file) -> {};
    }
    assertEquals(List.of(), events.failures.stream().filter(f -> f.getMessage() == null).toList());
  }
}
