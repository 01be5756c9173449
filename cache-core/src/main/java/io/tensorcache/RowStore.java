package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.EntryHeader;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.DurableStore;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.durable.RowVerifier;
import io.tensorcache.internal.durable.StoreAccess;
import io.tensorcache.internal.durable.StoreBrowser;
import io.tensorcache.internal.durable.StoreFinder;
import io.tensorcache.internal.durable.StoreLimits;
import io.tensorcache.internal.durable.StoredEntry;
import io.tensorcache.internal.transfer.RowExporter;
import io.tensorcache.internal.transfer.RowImporter;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoreSize;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredOutput;
import io.tensorcache.store.StoredRow;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a durable store, to list, verify, prune, export and import them, with a cache ({@link
 * TensorCache#store}) or without one. Safe for use by several threads.
 *
 * <p>Rows of every process that uses the store are seen. A cache that runs meanwhile goes on; what
 * it holds in memory it serves until {@code reset()}. Rows past a cache's time to live are listed
 * until their file goes. What goes wrong with the files of a cache's store is told to the listener
 * of the cache and not thrown.
 * <!-- region: row-store, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.open(directory, "features")) { // changes no file
 *   for (StoredFunction function : store.functions()) {
 *     System.out.println(function.function() + ": " + function.rows() + " rows");
 *   }
 *   Verification found = store.verify(rows -> {});
 * }
 * }</pre>
 */
public final class RowStore implements AutoCloseable {
  private final Path directory;
  private final String name;
  private final StoreAccess access;

  RowStore(Path directory, String name, StoreAccess access) {
    this.directory = directory;
    this.name = name;
    this.access = access;
  }

  /**
   * Opens the store {@code directory/name} to look at it. Creates and changes no file.
   *
   * @throws IllegalArgumentException if the name cannot be that of a store
   * @throws io.tensorcache.error.StorageException if there is no such store
   */
  public static RowStore open(Path directory, String name) {
    return new RowStore(directory, name, StoreAccess.toRead(directory, name));
  }

  /**
   * Opens a store that exists to remove rows or to import them.
   *
   * @param limit bytes of all its files at most; what would go beyond it is not imported
   * @throws IllegalArgumentException if the name cannot be that of a store
   * @throws io.tensorcache.error.StorageException if there is no such store or it cannot be written
   * @throws io.tensorcache.error.StoreBusyException if another process keeps it locked for seconds
   */
  public static RowStore openForChanges(Path directory, String name, ByteSize limit) {
    StoreAccess.toRead(directory, name).close(); // it must be there
    return create(directory, name, limit);
  }

  /**
   * Opens a store to remove rows or to import them, and creates it, for its owner only, unless it
   * exists.
   */
  public static RowStore create(Path directory, String name, ByteSize limit) {
    StoreConfig config = StoreLimits.keepFirst(limit);
    return new RowStore(directory, name, StoreAccess.toChange(directory, name, config));
  }

  /**
   * Returns the names of the stores in a directory, in order. There are none if there is no such
   * directory.
   */
  public static List<String> names(Path directory) {
    return StoreFinder.names(directory);
  }

  /** Returns the name of the store, which is that of its caches. */
  public String name() {
    return name;
  }

  /** Returns the directory in which it lies, in one of its name. */
  public Path directory() {
    return directory;
  }

  /**
   * Returns what was wrong with files since this was opened, such as a segment of a newer format,
   * whose rows are not seen. It is empty for the store of a cache, whose listener is told.
   */
  public List<String> problems() {
    return access.problems();
  }

  /**
   * Returns those of the {@link #problems} that the system had with files, such as a directory that
   * cannot be listed or no descriptor left: what was found may not be all.
   */
  public List<String> unreadable() {
    return access.unreadable();
  }

  /**
   * Returns what it holds of each function under each fingerprint, in order of names. Reads indexes
   * only.
   */
  public List<StoredFunction> functions() {
    Map<String, FunctionTotal> totals = new TreeMap<>();
    StoreBrowser browser = browser();
    browser.forEach(
        entry -> {
          Provenance of = entry.provenance();
          String order = of.function() + '\0' + fingerprint(of);
          totals.computeIfAbsent(order, key -> new FunctionTotal(of)).add(entry);
        });
    return totals.values().stream().map(FunctionTotal::toFunction).toList();
  }

  /**
   * Visits every row that is selected, file by file. Reads the head of each.
   *
   * @param visitor called on this thread; must not change the store
   */
  public void forEach(RowSelection selection, Consumer<StoredRow> visitor) {
    StoreBrowser browser = browser();
    browser.forEach(
        entry -> {
          if (entry.isIn(selection)) {
            visitor.accept(row(browser, entry));
          }
        });
  }

  /**
   * Returns every row of a key: none, one, or one for each process that stored it. Reads all
   * indexes.
   */
  public List<StoredRow> find(TensorKey key) {
    return find(List.of(key));
  }

  /** Returns every row of several keys, by one walk through the indexes. */
  public List<StoredRow> find(Collection<TensorKey> keys) {
    List<StoredRow> found = new ArrayList<>();
    StoreBrowser browser = browser();
    browser.forEach(
        entry -> {
          if (keys.contains(entry.key())) {
            found.add(row(browser, entry));
          }
        });
    return found;
  }

  /**
   * Reads every row and checks it, without a cache in between and without changing anything.
   *
   * @param progress told how many rows are checked
   */
  public Verification verify(LongConsumer progress) {
    return verify(entry -> true, progress);
  }

  /** Reads and checks the rows of some keys only, as {@link #verify(LongConsumer)} does for all. */
  public Verification verify(Collection<TensorKey> keys) {
    return verify(entry -> keys.contains(entry.key()), done -> {});
  }

  private Verification verify(Predicate<StoredEntry> wanted, LongConsumer progress) {
    browser();
    try (StoreAccess fresh = StoreAccess.toRead(directory, name)) {
      return new RowVerifier(fresh.store().browser(), wanted, progress).run(fresh::problems);
    }
  }

  /** Returns how many files the store has, and their bytes. */
  public StoreSize size() {
    browser().settle();
    return StoreFinder.size(directory, name);
  }

  /** Returns what {@link #prune} would remove now. */
  public RemovedRows wouldPrune(RowSelection selection) {
    return browser().count(selection);
  }

  /**
   * Removes the rows that are selected, whoever stored them, for good.
   *
   * @throws IllegalStateException if the store was opened to be read
   * @throws io.tensorcache.error.StorageException if a file cannot be changed
   * @throws io.tensorcache.error.StoreBusyException if another process keeps it locked for seconds
   */
  public RemovedRows prune(RowSelection selection) {
    DurableStore store = access.storeToChange();
    RemovedRows removed = store.prune(selection);
    access.check();
    return removed;
  }

  /** Removes every row, as {@link #prune} does; the files of rows are deleted at once. */
  public RemovedRows clear() {
    DurableStore store = access.storeToChange();
    RemovedRows all = wouldPrune(RowSelection.all());
    store.clear();
    access.check();
    return all;
  }

  /**
   * Writes the rows of a function into files for other programs, with a manifest that says what
   * they are. A row is written in the dtype it is stored in. Holds 24 bytes a row and one row in
   * memory, and reads a row once for each of its outputs.
   *
   * @param function whose rows
   * @param fingerprint the digest of their fingerprint; null if there is one only
   * @param to a directory that is empty or does not exist
   * @param progress told how many rows are written
   * @throws IllegalArgumentException if there are no such rows, rows of several fingerprints, the
   *     directory is not empty, or the format has no such dtype
   * @throws io.tensorcache.error.StorageException if a file cannot be written
   */
  public ExportedRows exportRows(
      String function,
      @Nullable TensorKey fingerprint,
      ExportFormat format,
      Path to,
      LongConsumer progress) {
    Provenance of = provenance(function, fingerprint);
    StoreBrowser browser = browser();
    return new RowExporter(browser, name, of, format, to, progress).run();
  }

  private Provenance provenance(String function, @Nullable TensorKey fingerprint) {
    List<TensorKey> there =
        functions().stream()
            .filter(each -> each.function().equals(function))
            .map(StoredFunction::fingerprint)
            .toList();
    if (there.isEmpty()) {
      throw new IllegalArgumentException(
          "store \"" + name + "\" has no row of function \"" + function + "\"");
    }
    if (fingerprint == null && there.size() > 1) {
      throw new IllegalArgumentException(
          "function \"" + function + "\" has rows of several fingerprints: name one of " + there);
    }
    TensorKey wanted = fingerprint == null ? there.get(0) : fingerprint;
    if (!there.contains(wanted)) {
      throw new IllegalArgumentException(
          "function \"" + function + "\" has no row of fingerprint " + wanted + ", only " + there);
    }
    return new Provenance(function, wanted.hi(), wanted.lo());
  }

  /**
   * Stores the rows of an export. They count as stored now. Digests show that the files are what
   * was written, not who wrote them: a row that somebody made up is served like any other.
   *
   * @param from the directory of the export
   * @param expected what it must be of
   * @param progress told how many rows were looked at
   * @throws IllegalStateException if the store was opened to be read
   * @throws io.tensorcache.error.ImportRefusedException if it is not what it says or not what is
   *     expected; nothing is stored
   * @throws io.tensorcache.error.StorageException if the store admits no more; the rows before that
   *     are stored
   */
  public ImportedRows importRows(Path from, ImportCheck expected, LongConsumer progress) {
    DurableStore store = access.storeToChange();
    ImportedRows imported = new RowImporter(store, from, progress).run(expected);
    store.flush();
    access.check();
    return imported;
  }

  /**
   * Checks an export as {@link #importRows} does before it stores the first row.
   *
   * @param from the directory of the export
   * @param expected what it must be of
   * @throws io.tensorcache.error.ImportRefusedException if it is not what it says or not what is
   *     expected
   */
  public static void checkExport(Path from, ImportCheck expected) {
    RowImporter.check(from, expected);
  }

  private StoreBrowser browser() {
    StoreBrowser browser = access.store().browser();
    browser.settle();
    return browser;
  }

  private static StoredRow row(StoreBrowser browser, StoredEntry entry) {
    List<StoredOutput> outputs = new ArrayList<>();
    try {
      EntryHeader header = browser.header(entry.key(), entry.place());
      for (RowSchema.Part part : header.schema().parts()) {
        String codec = header.codecs().get(outputs.size());
        outputs.add(new StoredOutput(part.name(), part.spec(), part.storedDtype(), codec));
      }
    } catch (CorruptEntryException | IOException e) {
      outputs.clear(); // says so
    }
    return new StoredRow(
        entry.key(),
        entry.provenance().function(),
        fingerprint(entry.provenance()),
        outputs,
        ByteSize.ofBytes(entry.byteCount()),
        entry.created(),
        entry.segment(),
        entry.offset());
  }

  private static TensorKey fingerprint(Provenance of) {
    return new TensorKey(of.fingerprintHi(), of.fingerprintLo());
  }

  /** Frees what {@code open} took. The store of a cache stays open: it is the cache's. */
  @Override
  public void close() {
    access.close();
  }

  /** Says where it lies. */
  @Override
  public String toString() {
    return "RowStore " + directory.resolve(name);
  }

  private static final class FunctionTotal {
    private final Provenance of;
    private long rows;
    private long bytes;
    private Instant oldest = Instant.MAX;
    private Instant newest = Instant.MIN;

    FunctionTotal(Provenance of) {
      this.of = of;
    }

    void add(StoredEntry entry) {
      rows++;
      bytes += entry.byteCount();
      oldest = entry.created().isBefore(oldest) ? entry.created() : oldest;
      newest = entry.created().isAfter(newest) ? entry.created() : newest;
    }

    StoredFunction toFunction() {
      return new StoredFunction(
          of.function(), fingerprint(of), rows, ByteSize.ofBytes(bytes), oldest, newest);
    }
  }
}
