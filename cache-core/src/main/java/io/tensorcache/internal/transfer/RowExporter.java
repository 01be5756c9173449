package io.tensorcache.internal.transfer;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.durable.StoreBrowser;
import io.tensorcache.internal.durable.StoredEntry;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one function under one fingerprint into files. Holds keys and places of the
 * rows in memory, 24 bytes each, and one row at a time; a row is read once for each of its outputs.
 * Confined to one thread.
 */
public final class RowExporter {
  private final StoreBrowser browser;
  private final String store;
  private final Provenance of;
  private final ExportFormat format;
  private final Path directory;
  private final LongConsumer progress;
  private final List<DigestedFile.Digest> files = new ArrayList<>();
  private final List<String> created = new ArrayList<>();
  private long rowsDone;
  private long skipped;

  /**
   * An export into a directory that does not exist or is empty.
   *
   * @param progress told how many rows of one output are written
   */
  public RowExporter(
      StoreBrowser browser,
      String store,
      Provenance of,
      ExportFormat format,
      Path directory,
      LongConsumer progress) {
    this.browser = browser;
    this.store = store;
    this.of = of;
    this.format = format;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Writes the files, the manifest last. Leaves nothing behind when it fails.
   *
   * @throws IllegalArgumentException if there is no row, the directory is not empty, or the format
   *     has no such dtype
   * @throws StorageException if a file cannot be written
   */
  public ExportedRows run() {
    Map<RowSchema, EntryRefs> groups = collect();
    requireRows(groups.isEmpty());
    groups.keySet().forEach(this::requireTypes);
    List<Path> made = missing();
    boolean isComplete = false;
    try {
      requireEmpty();
      ExportedRows exported = write(groups);
      isComplete = true;
      return exported;
    } catch (IOException e) {
      throw new StorageException("the export to " + directory + " failed: " + e, e);
    } finally {
      if (!isComplete) {
        made.forEach(each -> each.toFile().delete()); // those that are empty
      }
    }
  }

  private void requireRows(boolean areNone) {
    if (areNone) {
      throw new IllegalArgumentException(
          "no row of function \"" + of.function() + "\" can be exported (" + skipped + " damaged)");
    }
  }

  /** The directories that are to be made, the inner first. */
  private List<Path> missing() {
    List<Path> missing = new ArrayList<>();
    Path each = directory.toAbsolutePath();
    for (; each != null && Files.notExists(each, NOFOLLOW_LINKS); each = each.getParent()) {
      missing.add(each);
    }
    return missing;
  }

  private Map<RowSchema, EntryRefs> collect() {
    Map<RowSchema, EntryRefs> groups = new LinkedHashMap<>();
    browser.forEach(
        entry -> {
          if (entry.provenance().equals(of) && browser.isRead(entry.key(), entry.place())) {
            RowSchema schema = schema(entry);
            if (schema == null) {
              skipped++;
            } else {
              groups.computeIfAbsent(schema, s -> new EntryRefs()).add(entry.key(), entry.place());
            }
          }
        });
    return groups;
  }

  private @Nullable RowSchema schema(StoredEntry entry) {
    try {
      return browser.header(entry.key(), entry.place()).schema();
    } catch (CorruptEntryException | IOException e) {
      return null;
    }
  }

  private void requireTypes(RowSchema schema) {
    for (RowSchema.Part part : schema.parts()) {
      if (format == ExportFormat.SAFETENSORS && FileTypes.safetensors(part.storedDtype()) == null) {
        throw new IllegalArgumentException(
            "safetensors has no " + part.storedDtype() + ": export the rows as npy");
      }
    }
  }

  private void requireEmpty() throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> there = Files.list(directory)) {
      if (there.findAny().isPresent()) {
        throw new IllegalArgumentException(directory + " is not empty: name another directory");
      }
    }
  }

  private ExportedRows write(Map<RowSchema, EntryRefs> groups) throws IOException {
    boolean isComplete = false;
    try {
      List<Manifest.Group> written = new ArrayList<>();
      for (Map.Entry<RowSchema, EntryRefs> group : groups.entrySet()) {
        String suffix = groups.size() == 1 ? "" : "-" + written.size();
        Manifest.Group result = writeSound(group.getKey(), group.getValue(), suffix);
        if (result.rows() > 0) {
          written.add(result);
        }
      }
      requireRows(written.isEmpty()); // all turned out to be damaged
      Manifest manifest =
          new Manifest(
              store,
              of.function(),
              new TensorKey(of.fingerprintHi(), of.fingerprintLo()),
              format,
              written,
              files);
      writeManifest(manifest);
      isComplete = true;
      return summary(manifest);
    } finally {
      if (!isComplete) {
        deleteFiles(0);
      }
    }
  }

  private ExportedRows summary(Manifest manifest) {
    List<String> names = new ArrayList<>(files.stream().map(DigestedFile.Digest::name).toList());
    names.add(Manifest.FILE);
    long bytes = files.stream().mapToLong(DigestedFile.Digest::bytes).sum();
    return new ExportedRows(
        manifest.function(),
        manifest.fingerprint(),
        manifest.rows(),
        skipped,
        ByteSize.ofBytes(bytes),
        names);
  }

  /** Begins again without the rows that turned out to be damaged or gone: the head counts them. */
  private Manifest.Group writeSound(RowSchema schema, EntryRefs refs, String suffix)
      throws IOException {
    int filesBefore = files.size();
    long doneBefore = rowsDone;
    while (true) {
      BitSet bad = new BitSet();
      List<Manifest.Output> outputs = outputs(schema, suffix);
      String keys = "keys" + suffix + ".npy";
      if (refs.count() > 0) {
        if (format == ExportFormat.NPY) {
          writeNpy(outputs, keys, refs, bad);
        } else {
          keys = outputs.get(0).file();
          writeSafetensors(outputs, keys, refs, bad);
        }
      }
      if (bad.isEmpty()) {
        return new Manifest.Group(refs.count(), keys, outputs);
      }
      skipped += bad.cardinality();
      refs.remove(bad);
      deleteFiles(filesBefore);
      rowsDone = doneBefore;
    }
  }

  private List<Manifest.Output> outputs(RowSchema schema, String suffix) {
    List<Manifest.Output> outputs = new ArrayList<>();
    boolean isSingle = schema.parts().size() == 1;
    for (RowSchema.Part part : schema.parts()) {
      if (format == ExportFormat.NPY) {
        String number = isSingle ? "" : "-output" + outputs.size();
        outputs.add(new Manifest.Output(part, "rows" + suffix + number + ".npy", null));
      } else {
        String tensor = isSingle ? "output" : "output." + part.name();
        outputs.add(new Manifest.Output(part, "rows" + suffix + ".safetensors", tensor));
      }
    }
    return outputs;
  }

  private void writeNpy(List<Manifest.Output> outputs, String keys, EntryRefs refs, BitSet bad)
      throws IOException {
    try (DigestedFile file = create(keys)) {
      file.write(NpyHeader.bytes("|u1", List.of((long) refs.count(), (long) KeyBytes.LENGTH)));
      writeKeys(file, refs);
      files.add(file.finish());
    }
    for (int part = 0; part < outputs.size(); part++) {
      RowSchema.Part of = outputs.get(part).part();
      try (DigestedFile file = create(outputs.get(part).file())) {
        file.write(
            NpyHeader.bytes(
                FileTypes.npy(of.storedDtype()), Manifest.shape(of.spec().batch(refs.count()))));
        writeColumn(file, part, refs, bad);
        files.add(file.finish());
      }
    }
  }

  private void writeSafetensors(
      List<Manifest.Output> outputs, String name, EntryRefs refs, BitSet bad) throws IOException {
    Map<String, SafetensorsHeader.Entry> tensors = new LinkedHashMap<>();
    List<Integer> order = SafetensorsOrder.of(outputs);
    long at = 0;
    for (int part : order) {
      Manifest.Output output = outputs.get(part);
      long bytes = output.part().storedByteCount() * refs.count();
      tensors.put(
          String.valueOf(output.tensor()),
          new SafetensorsHeader.Entry(
              String.valueOf(FileTypes.safetensors(output.part().storedDtype())),
              Manifest.shape(output.part().spec().batch(refs.count())),
              at,
              at + bytes));
      at += bytes;
    }
    List<Long> shape = List.of((long) refs.count(), (long) KeyBytes.LENGTH);
    long end = at + (long) refs.count() * KeyBytes.LENGTH;
    tensors.put(Manifest.KEYS, new SafetensorsHeader.Entry("U8", shape, at, end));
    try (DigestedFile file = create(name)) {
      file.write(SafetensorsHeader.bytes(tensors));
      for (int part : order) {
        writeColumn(file, part, refs, bad);
      }
      writeKeys(file, refs);
      files.add(file.finish());
    }
  }

  private static void writeKeys(DigestedFile file, EntryRefs refs) throws IOException {
    for (int i = 0; i < refs.count(); i++) {
      file.write(KeyBytes.of(refs.key(i)));
    }
  }

  private void writeColumn(DigestedFile file, int part, EntryRefs refs, BitSet bad)
      throws IOException {
    for (int i = 0; i < refs.count(); i++) {
      Row row = read(refs, i);
      if (row == null) {
        bad.set(i);
      } else {
        file.write(row.payload(part));
      }
      if (part == 0) {
        progress.accept(++rowsDone);
      }
    }
  }

  private @Nullable Row read(EntryRefs refs, int i) {
    try {
      return browser.row(refs.key(i), refs.place(i));
    } catch (CorruptEntryException | IOException e) {
      return null;
    }
  }

  /** Under another name first: an export without a manifest is none. */
  private void writeManifest(Manifest manifest) throws IOException {
    Path temporary = directory.resolve(Manifest.FILE + ".tmp");
    try (DigestedFile file = new DigestedFile(directory, Manifest.FILE + ".tmp")) {
      file.write(manifest.text().getBytes(StandardCharsets.UTF_8));
      file.finish();
      Files.move(temporary, directory.resolve(Manifest.FILE), StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private DigestedFile create(String name) throws IOException {
    DigestedFile file = new DigestedFile(directory, name);
    created.add(name);
    return file;
  }

  private void deleteFiles(int from) throws IOException {
    for (String name : created.subList(from, created.size())) {
      Files.deleteIfExists(directory.resolve(name));
    }
    created.subList(from, created.size()).clear();
    files.subList(from, files.size()).clear();
  }
}
