package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredOutput;
import io.tensorcache.store.StoredRow;
import io.tensorcache.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A command on one store. */
abstract class StoreCommand extends JsonCommand {
  @Parameters(
      index = "0",
      paramLabel = "STORE",
      showDefaultValue = Visibility.NEVER,
      description = "The directory of the store.")
  private Path path = Path.of("");

  @ParentCommand private @Nullable Cli parent;

  final Terminal terminal() {
    return parent == null ? Terminal.ofProcess() : parent.terminal();
  }

  final Path path() {
    return path;
  }

  final RowStore openToRead() {
    return isThere(() -> RowStore.open(directory(), name()));
  }

  final RowStore openToChange(ByteSize limit) {
    return isThere(() -> RowStore.openForChanges(directory(), name(), limit));
  }

  /** To name a store that is not there is a wrong argument. */
  private RowStore isThere(Supplier<RowStore> open) {
    try {
      return open.get();
    } catch (StorageException e) {
      boolean isOfTheSystem = e.getCause() instanceof IOException;
      if (isOfTheSystem || RowStore.names(directory()).contains(name())) {
        throw e;
      }
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  final Path directory() {
    Path parentOfStore = path.toAbsolutePath().normalize().getParent();
    if (parentOfStore == null) {
      throw new ParameterException(spec().commandLine(), path + " is no directory of a store");
    }
    return parentOfStore;
  }

  final String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  /** Says what is wrong with files, on standard error and in the answer. */
  final void addProblems(RowStore store, Answer to) {
    to.put("problems", store.problems());
    Cli.warn(spec().commandLine(), store.problems());
    if (!store.unreadable().isEmpty()) {
      to.failed(); // what was found may not be all
    }
  }

  final Progress progress(String task, long rows) {
    return Progress.of(terminal().isInteractive() && !isJson(), task, rows);
  }

  static long rows(RowStore store) {
    return rows(store, function -> true);
  }

  static long rows(RowStore store, Predicate<StoredFunction> of) {
    return store.functions().stream().filter(of).mapToLong(StoredFunction::rows).sum();
  }

  static Map<String, @Nullable Object> object(StoredFunction of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("function", of.function());
    object.put("fingerprint", of.fingerprint().toString());
    object.put("rows", of.rows());
    object.put("bytes", of.bytes().bytes());
    object.put("oldest", of.oldest().toString());
    object.put("newest", of.newest().toString());
    return object;
  }

  static Map<String, @Nullable Object> object(StoredRow of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("key", of.key().toString());
    object.put("function", of.function());
    object.put("fingerprint", of.fingerprint().toString());
    object.put("outputs", of.outputs().stream().map(StoreCommand::object).toList());
    object.put("bytes", of.bytes().bytes());
    object.put("stored", of.stored().toString());
    object.put("segment", of.segment());
    object.put("offset", of.offset());
    return object;
  }

  private static Map<String, @Nullable Object> object(StoredOutput of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("name", of.name());
    object.put("dtype", of.spec().dtype());
    object.put("shape", java.util.Arrays.stream(of.spec().shape()).boxed().toList());
    object.put("stored_as", of.storedAs());
    object.put("codec", of.codec());
    return object;
  }

  /** For example {@code float32[512] as bfloat16}. */
  static String text(List<StoredOutput> outputs) {
    return outputs.isEmpty()
        ? "damaged"
        : outputs.stream().map(StoreCommand::text).collect(Collectors.joining(", "));
  }

  private static String text(StoredOutput of) {
    DType stored = of.storedAs();
    return of.spec()
        + (stored == of.spec().dtype() ? "" : " as " + stored.name().toLowerCase(Locale.ROOT));
  }
}
