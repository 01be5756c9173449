package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.EntryHeader;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Looks at what is in the files of a store, entry by entry, and changes nothing. Everything throws
 * {@link IllegalStateException} if the store is closed. Safe for use by several threads.
 */
public final class StoreBrowser {
  private final StoreParts parts;
  private final StoreWriter writer;
  private final SegmentReader reader;
  private final Runnable requireOpen;

  StoreBrowser(StoreParts parts, StoreWriter writer, SegmentReader reader, Runnable requireOpen) {
    this.parts = parts;
    this.writer = writer;
    this.reader = reader;
    this.requireOpen = requireOpen;
  }

  /** Waits until every row that was stored before can be visited, or is given up. */
  public void settle() {
    requireOpen.run();
    writer.call(() -> true);
    finish();
  }

  /** Visits every entry that can be found, segment by segment. Stops no one. */
  public void forEach(Consumer<StoredEntry> visitor) {
    requireOpen.run();
    parts.pruner().forEach(visitor);
    finish();
  }

  /** What {@link DurableStore#remove} would remove now. */
  public RemovedRows count(RowSelection selection) {
    requireOpen.run();
    RemovedRows counted = writer.call(() -> parts.pruner().count(selection));
    finish();
    return counted == null ? Pruner.NONE : counted;
  }

  /**
   * What the head of an entry says. Reads no more than that and verifies no row.
   *
   * @param place of {@link StoredEntry#place}
   * @throws io.tensorcache.error.CorruptEntryException if it is not the head of this entry
   * @throws IOException if it cannot be read, or is gone
   */
  public EntryHeader header(TensorKey key, long place) throws IOException {
    requireOpen.run();
    return reader.header(key, place);
  }

  /**
   * The row at a place, verified. A copy, the caller's. What is damaged is left as it is.
   *
   * @param place of {@link StoredEntry#place}
   * @throws io.tensorcache.error.CorruptEntryException if any byte is not what was written
   * @throws IOException if it cannot be read, or is gone
   */
  public Row row(TensorKey key, long place) throws IOException {
    requireOpen.run();
    return reader.row(key, place);
  }

  /** True for one place of each key that is here: the one that is read. */
  public boolean isRead(TensorKey key, long place) {
    requireOpen.run();
    return Place.isSame(parts.catalog().index.find(key, 0), place);
  }

  private void finish() {
    parts.health().deliver();
    requireOpen.run();
  }
}
