package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredRow;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files and texts are the same whatever the locale of the machine: its digits, its letters. */
@Isolated("the default locale is that of the JVM")
class LocaleTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final HostTensor X =
      HostTensor.ofRows(new float[][] {{1.5f, -2}, {3, 4e30f}, {10, 1234567}});

  @TempDir Path directory;
  private final List<Exception> told = new ArrayList<>();
  private final Locale before = Locale.getDefault();

  @BeforeEach
  void plain() {
    Locale.setDefault(Locale.ROOT);
  }

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  /** Without it a locale could be one without digits of its own, and nothing would be tested. */
  @Test
  void localesHaveDigitsOfTheirOwn() {
    for (String tag : List.of("ar-EG", "fa", "ne", "mr", "bn", "my", "ckb", "dz")) {
      assertTrue(!String.format(Locale.forLanguageTag(tag), "%d", 10).equals("10"), tag);
    }
    assertEquals("ı", "I".toLowerCase(Locale.forLanguageTag("tr")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa", "ne", "mr", "bn", "my", "ckb", "dz", "tr"})
  void whatIsWrittenUnderOneIsReadUnderTheOther(String tag) throws IOException {
    Locale local = Locale.forLanguageTag(tag);
    Path salt = directory.resolve("salt");
    Locale.setDefault(local);
    assertEquals(3, computed("ÖİI", salt)); // of a store that the local one writes
    List<StoredRow> rows = rows();
    String names = names();
    Locale.setDefault(Locale.ROOT);
    assertEquals(0, computed("ÖİI", salt));
    assertEquals(rows, rows());
    assertEquals(3, computed("plain", salt)); // and of one that the plain one goes on with
    Locale.setDefault(local);
    assertEquals(0, computed("plain", salt));
    assertEquals(0, computed("ÖİI", salt));
    assertEquals(6, rows().size());
    try (RowStore store = RowStore.openForChanges(directory, "i", ByteSize.ofMiB(8))) {
      assertEquals(List.of(), store.problems());
      assertEquals(6, store.verify(done -> {}).sound());
      assertEquals(3, store.prune(RowSelection.ofFunction("plain")).rows());
    }
    assertEquals(3, rows().size(), "what is removed stays removed");
    Locale.setDefault(Locale.ROOT);
    assertEquals(3, rows().size());
    assertTrue(names.chars().allMatch(c -> c < 128), names);
    assertTrue(names().chars().allMatch(c -> c < 128), names());
    assertEquals(List.of(), told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa", "ne", "mr", "bn", "my", "ckb", "dz", "tr"})
  void exportsAreTheSame(String tag) throws IOException {
    assertEquals(3, computed("f", directory.resolve("salt")));
    for (ExportFormat format : ExportFormat.values()) {
      Path plain = export(format, "plain");
      Locale.setDefault(Locale.forLanguageTag(tag));
      Path local = export(format, "local");
      assertEquals(texts(plain), texts(local));
      importFrom(plain, "localOfPlain" + format);
      Locale.setDefault(Locale.ROOT);
      importFrom(local, "plainOfLocal" + format);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa", "ne", "mr", "bn", "my", "ckb", "dz", "tr"})
  void textsAreTheSame(String tag) {
    List<String> plain = textsOfValues();
    Locale.setDefault(Locale.forLanguageTag(tag));
    assertEquals(plain, textsOfValues());
    for (long bytes : new long[] {1, 10, 1536, 3 << 20, 1_234_567_890_123L}) {
      ByteSize size = ByteSize.ofBytes(bytes);
      assertEquals(ByteSize.parse(plain.get(0)).bytes(), 10);
      assertTrue(size.toString().chars().allMatch(c -> c < 128), size.toString());
    }
    TensorKey key = new TensorKey(0x0123456789abcdefL, 42);
    assertEquals(key, TensorKey.parse(key.toString()));
  }

  private static List<String> textsOfValues() {
    try (TensorCache cache = TensorCache.builder("i").heap(ByteSize.ofMiB(1)).build()) {
      return List.of(
          ByteSize.ofBytes(10).toString(),
          ByteSize.ofBytes(1536).toString(),
          new TensorKey(10, 11).toString(),
          V1.digest().toString(),
          X.spec().toString(),
          cache.stats().toString(),
          cache.config().toString());
    }
  }

  private long computed(String function, Path salt) {
    try (TensorCache cache =
        TensorCache.builder("i")
            .heap(ByteSize.ofMiB(1))
            .offHeap(ByteSize.ofMiB(2))
            .disk(ByteSize.ofMiB(16), directory.resolve("scratch"))
            .saltFrom(salt)
            .store(store -> store.directory(directory).sync(SyncPolicy.EVERY_WRITE))
            .listener(told::add)
            .build()) {
      CachedFunction<HostTensor> f =
          cache.function(function, V1, HostTensor.adapter()).persisting(true).wrap(x -> x);
      assertArrayEquals(X.floats(), f.apply(X).floats());
      assertTrue(cache.flush());
      return cache.stats().rowsComputed();
    }
  }

  private List<StoredRow> rows() {
    List<StoredRow> rows = new ArrayList<>();
    assertEquals(List.of("i"), RowStore.names(directory));
    try (RowStore store = RowStore.open(directory, "i")) {
      store.forEach(RowSelection.all(), rows::add);
    }
    return rows;
  }

  private String names() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return String.join("\n", files.map(file -> directory.relativize(file).toString()).toList());
    }
  }

  private Path export(ExportFormat format, String name) {
    Path out = directory.resolve("exports").resolve(name + format);
    try (RowStore store = RowStore.open(directory, "i")) {
      assertEquals(3, store.exportRows("f", null, format, out, rows -> {}).rows());
    }
    return out;
  }

  private void importFrom(Path exported, String name) {
    try (RowStore other = RowStore.create(directory.resolve("others"), name, ByteSize.ofMiB(4))) {
      assertEquals(3, other.importRows(exported, ImportCheck.ANY, rows -> {}).rows());
    }
  }

  /** Every file of an export as text, a byte a character. */
  private static List<String> texts(Path exported) throws IOException {
    try (Stream<Path> files = Files.walk(exported)) {
      List<String> texts = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        texts.add(
            file.getFileName()
                + "\n"
                + Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
      return texts;
    }
  }
}
