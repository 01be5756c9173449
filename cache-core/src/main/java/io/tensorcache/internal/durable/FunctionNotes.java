package io.tensorcache.internal.durable;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The notes on functions of a store: read when it is opened, written by {@link #save}, on the
 * writer's thread, which nobody interrupts. Estimates and hints only. Safe for use by several
 * threads.
 */
public final class FunctionNotes {
  private final StoreFiles files;
  private final Ledger ledger;
  private final Health health;
  private final Map<Provenance, FunctionNote> notes = new LinkedHashMap<>(); // guarded by this
  private final Map<Provenance, FunctionNote> changed = new LinkedHashMap<>(); // guarded by this

  FunctionNotes(StoreFiles files, Ledger ledger, Health health) {
    this.files = files;
    this.ledger = ledger;
    this.health = health;
    try {
      merge(NotesFileV1.read(files));
    } catch (IOException e) {
      health.failed(unreadable(e));
    }
  }

  private synchronized void merge(List<FunctionNote> read) {
    read.forEach(note -> notes.put(note.of(), note));
  }

  private static StorageException unreadable(IOException e) {
    return new StorageException(
        NotesFileV1.FILE + ", what is known of the functions, cannot be read or written: " + e, e);
  }

  /** What is known; null if nothing is. */
  public synchronized @Nullable FunctionNote of(Provenance of) {
    return notes.get(of);
  }

  /** Keeps this for {@link #save}. */
  public synchronized void put(FunctionNote note) {
    if (!note.equals(notes.get(note.of()))) {
      notes.remove(note.of());
      notes.put(note.of(), note);
      changed.put(note.of(), note);
    }
  }

  /** Forgets everything, with the rows. */
  public synchronized void clear() {
    notes.clear();
    changed.clear();
    if (health.refusal() == null) {
      change(List::of);
    }
  }

  /** Writes what changed, beside what other processes wrote. What goes wrong is told. */
  public synchronized void save() {
    if (changed.isEmpty() || health.refusal() != null) {
      return;
    }
    boolean isWritten =
        change(
            () -> {
              Map<Provenance, FunctionNote> all = new LinkedHashMap<>();
              NotesFileV1.read(files).forEach(note -> all.put(note.of(), note));
              changed.keySet().forEach(all::remove); // the newest come last
              all.putAll(changed);
              return all.values();
            });
    if (isWritten) {
      changed.clear();
    }
  }

  private interface NewNotes {
    java.util.Collection<FunctionNote> get() throws IOException;
  }

  /** False if it could not be written, which is told: what changed is written next time. */
  private boolean change(NewNotes wanted) {
    try {
      ledger.change(
          used -> {
            NotesFileV1.write(files, wanted.get());
            return used;
          });
      return true;
    } catch (IOException e) {
      health.failed(unreadable(e));
      return false;
    }
  }
}
