package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of functions is written when it can be. */
class FunctionNotesTest {
  @TempDir Path directory;
  private final FaultyFiles files = new FaultyFiles();
  private final DurableFixture.Events events = new DurableFixture.Events();

  private FunctionNotes open(Health health) {
    return StoreParts.of(
            StoreDirectory.hold(files, directory),
            directory,
            DurableFixture.large(),
            new StoreClock(System::currentTimeMillis),
            health)
        .notes();
  }

  @Test
  void theyAreWrittenOnAThreadThatNobodyInterrupts() {
    Set<Thread> writing = ConcurrentHashMap.newKeySet();
    files.fault =
        (operation, file) -> {
          if (file.endsWith(NotesFileV1.TEMPORARY)) {
            writing.add(Thread.currentThread());
          }
        };
    FunctionNote note = new FunctionNote(NET, 10, 20, "code");
    FunctionNote later = new FunctionNote(NET, 30, 40, "code");
    try (DurableStore store =
        DurableStore.open(
            directory, "rows", DurableFixture.large(), events, files, () -> 1L << 40)) {
      store.notes().put(note);
      assertTrue(store.flush());
      assertEquals(1, writing.size());
      store.notes().put(later);
    }
    assertEquals(1, writing.size());
    assertFalse(writing.contains(Thread.currentThread()));
    try (DurableStore store = DurableFixture.open(directory, events)) {
      assertEquals(later, store.notes().of(NET));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenNextTime() {
    Health health = new Health(events);
    FunctionNotes notes = open(health);
    FunctionNote note = new FunctionNote(NET, 10, 20, "code");
    notes.put(note);
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.REPLACE) {
            throw new IOException("no space left on device");
          }
        };
    notes.save();
    health.deliver();
    assertEquals(1, events.failures.size());
    files.fault = (operation, file) -> {};
    notes.save();
    health.deliver();
    assertEquals(1, events.failures.size());
    assertEquals(note, open(new Health(events)).of(NET));
  }
}
