package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.DurableStore;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.json.PlainText;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Stores rows that {@link RowExporter} wrote. Everything is checked before the first row is stored,
 * but for what only shows while the rows are read. Holds one row in memory. Confined to one thread.
 */
public final class RowImporter {
  private static final int LARGEST_MANIFEST = 64 << 20;
  private static final int MOST_ATTEMPTS = 1_000;

  private final DurableStore store;
  private final Path directory;
  private final LongConsumer progress;
  private long done;
  private long present;

  /** {@code progress} is told how many rows were looked at. */
  public RowImporter(DurableStore store, Path directory, LongConsumer progress) {
    this.store = store;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Checks the export and stores its rows.
   *
   * @throws ImportRefusedException if it is not what it says or not what is expected
   * @throws StorageException if a row is not admitted; those before it are stored
   */
  public ImportedRows run(ImportCheck expected) {
    try {
      Manifest manifest = checked(directory, expected);
      for (Manifest.Group group : manifest.groups()) {
        store(manifest, group);
      }
      return new ImportedRows(manifest.function(), manifest.fingerprint(), done - present, present);
    } catch (ImportRefusedException e) {
      throw plain(e);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /**
   * Checks an export, and stores nothing of it.
   *
   * @throws ImportRefusedException if it is not what it says or not what is expected
   */
  public static void check(Path directory, ImportCheck expected) {
    try {
      checked(directory, expected);
    } catch (ImportRefusedException e) {
      throw plain(e);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** With names of the files, which may hold anything. */
  private static ImportRefusedException plain(ImportRefusedException e) {
    return new ImportRefusedException(PlainText.line(String.valueOf(e.getMessage())), e);
  }

  private static StorageException failed(Path directory, IOException e) {
    return new StorageException("the import from " + directory + " failed: " + e, e);
  }

  private static Manifest checked(Path directory, ImportCheck expected) throws IOException {
    Manifest manifest = readManifest(directory);
    require(expected, manifest);
    checkFiles(directory, manifest);
    for (Manifest.Group group : manifest.groups()) {
      columns(directory, manifest, group).close(); // each head fits the manifest
    }
    return manifest;
  }

  private static Manifest readManifest(Path directory) throws IOException {
    Path path = directory.resolve(Manifest.FILE);
    if (!Files.isRegularFile(path)) {
      throw new ImportRefusedException(
          directory + " holds no export: there is no " + Manifest.FILE);
    }
    try (InputFile file = InputFile.open(path)) {
      if (file.size() > LARGEST_MANIFEST) {
        throw new ImportRefusedException(
            Manifest.FILE + " has " + file.size() + " bytes: at most " + LARGEST_MANIFEST);
      }
      return Manifest.read(file.exactly(0, (int) file.size()));
    }
  }

  private static void require(ImportCheck expected, Manifest manifest) {
    if (expected.function() != null && !expected.function().equals(manifest.function())) {
      throw new ImportRefusedException(
          "the export is of function \""
              + manifest.function()
              + "\" where \""
              + expected.function()
              + "\" was expected");
    }
    if (expected.fingerprint() != null
        && !Objects.equals(expected.fingerprint(), manifest.fingerprint())) {
      throw new ImportRefusedException(
          "the export is of fingerprint "
              + manifest.fingerprint()
              + " where "
              + expected.fingerprint()
              + " was expected: its rows are of other weights");
    }
  }

  private static void checkFiles(Path directory, Manifest manifest) throws IOException {
    Set<String> known = new HashSet<>();
    for (DigestedFile.Digest expected : manifest.files()) {
      known.add(expected.name());
      Path path = directory.resolve(expected.name());
      if (!Files.isRegularFile(path)) {
        throw new ImportRefusedException(expected.name() + " is missing");
      }
      try (InputFile file = InputFile.open(path)) {
        if (file.size() != expected.bytes()) {
          throw new ImportRefusedException(
              String.format(
                  Locale.ROOT,
                  "%s has %d bytes, the manifest says %d",
                  expected.name(),
                  file.size(),
                  expected.bytes()));
        }
        if (!DigestedFile.of(file).equals(expected.sha256())) {
          throw new ImportRefusedException(
              expected.name() + " is not what was written: its digest differs");
        }
      }
    }
    for (Manifest.Group group : manifest.groups()) {
      for (Manifest.Output output : group.outputs()) {
        if (!known.contains(output.file()) || !known.contains(group.keys())) {
          throw new ImportRefusedException("a file of the rows has no digest");
        }
      }
    }
  }

  /** The open files of a group. */
  private static final class Columns implements AutoCloseable {
    final List<Column> outputs = new ArrayList<>();
    final Column keys;

    Columns(Column keys) {
      this.keys = keys;
    }

    @Override
    public void close() throws IOException {
      keys.close();
      for (Column output : outputs) {
        output.close();
      }
    }
  }

  private static Columns columns(Path directory, Manifest manifest, Manifest.Group group)
      throws IOException {
    boolean isNpy = manifest.format() == ExportFormat.NPY;
    List<Long> keyShape = List.of(group.rows(), (long) KeyBytes.LENGTH);
    Columns columns =
        new Columns(
            open(
                directory,
                isNpy,
                new Column.Expected(
                    group.keys(), Manifest.KEYS, isNpy ? "|u1" : "U8", keyShape, KeyBytes.LENGTH)));
    try {
      for (Manifest.Output output : group.outputs()) {
        RowSchema.Part part = output.part();
        String type =
            isNpy
                ? FileTypes.npy(part.storedDtype())
                : String.valueOf(FileTypes.safetensors(part.storedDtype()));
        columns.outputs.add(
            open(
                directory,
                isNpy,
                new Column.Expected(
                    output.file(),
                    String.valueOf(output.tensor()),
                    type,
                    Manifest.shape(part.spec().batch(group.rows())),
                    part.storedByteCount())));
      }
      return columns;
    } catch (IOException | RuntimeException e) {
      columns.close();
      throw e;
    }
  }

  private static Column open(Path directory, boolean isNpy, Column.Expected expected)
      throws IOException {
    return isNpy ? Column.ofNpy(directory, expected) : Column.ofSafetensors(directory, expected);
  }

  private void store(Manifest manifest, Manifest.Group group) throws IOException {
    TensorKey fingerprint = manifest.fingerprint();
    Provenance from = new Provenance(manifest.function(), fingerprint.hi(), fingerprint.lo());
    RowSchema schema = group.schema();
    try (Columns columns = columns(directory, manifest, group)) {
      for (long i = 0; i < group.rows(); i++) {
        TensorKey key = KeyBytes.read(columns.keys.row(i));
        if (store.contains(key)) {
          present++;
        } else {
          byte[][] payloads = new byte[columns.outputs.size()][];
          for (int part = 0; part < payloads.length; part++) {
            payloads[part] = columns.outputs.get(part).row(i);
          }
          if (!isAdmitted(key, Row.of(schema, 0, payloads), from)) {
            throw notAdmitted(manifest);
          }
        }
        progress.accept(++done);
      }
    }
  }

  /** Waits for room in the queue: the store may be one that declines, the thread interrupted. */
  private boolean isAdmitted(TensorKey key, Row row, Provenance from) {
    boolean mayBeBusy = true;
    for (int attempt = 0; mayBeBusy && attempt < MOST_ATTEMPTS; attempt++) {
      if (store.store(key, row, from)) {
        return true;
      }
      boolean isWritten = store.flush();
      mayBeBusy = isWritten && (attempt == 0 || store.use().queuedBytes() > 0);
    }
    return false;
  }

  private StorageException notAdmitted(Manifest manifest) {
    String refusal = store.use().refusal();
    return new StorageException(
        "the store admits no more rows: "
            + (done - present)
            + " of "
            + manifest.rows()
            + " were stored. "
            + (refusal == null ? "Raise its limit." : refusal));
  }
}
