package io.tensorcache.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.json.Json;
import io.tensorcache.internal.json.JsonReader;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that is not what it says is refused, and nothing of it is stored. */
class RefusedImportTest {
  @TempDir Path directory;
  private Path export = Path.of("");

  @BeforeEach
  void exportRows() {
    export(ExportFormat.NPY);
  }

  private void export(ExportFormat format) {
    export = directory.resolve("export-" + format);
    try (TransferFixture from = new TransferFixture(directory.resolve("from" + format))) {
      for (int i = 0; i < 5; i++) {
        var spec = TensorSpec.of(DType.FLOAT32, 4);
        from.put(TransferFixture.goldenKey(i), SampleRows.dense(new Random(i), spec));
      }
      from.exportTo(export, format);
    }
  }

  private void assertRefused(String reason) {
    assertRefused(reason, ImportCheck.ANY);
  }

  private void assertRefused(String reason, ImportCheck check) {
    try (TransferFixture into = new TransferFixture(directory.resolve("into"))) {
      String why =
          assertThrows(ImportRefusedException.class, () -> into.importFrom(export, check))
              .getMessage();
      assertTrue(why.contains(reason), why);
      assertEquals(0, into.store.use().entries());
      assertEquals(List.of(), into.failures);
    }
  }

  private void write(String file, UnaryOperator<byte[]> change) throws IOException {
    Path path = export.resolve(file);
    Files.write(path, change.apply(Files.readAllBytes(path)));
  }

  /** Changes the manifest and gives it a digest that fits, and so for the files. */
  private void forge(UnaryOperator<String> change) throws IOException {
    Path path = export.resolve(Manifest.FILE);
    Map<String, @Nullable Object> object =
        JsonReader.read(change.apply(Files.readString(path).strip()));
    for (Object file : (List<?>) object.getOrDefault("files", List.of())) {
      forgeDigest(file);
    }
    object.remove("manifest_sha256");
    byte[] canonical = Json.writeExactly(object).getBytes(StandardCharsets.UTF_8);
    object.put("manifest_sha256", DigestedFile.hex(DigestedFile.sha256().digest(canonical)));
    Files.writeString(path, Json.write(object));
  }

  @SuppressWarnings("unchecked")
  private void forgeDigest(Object file) throws IOException {
    Map<String, @Nullable Object> members = (Map<String, @Nullable Object>) file;
    Path path = export.resolve(String.valueOf(members.get("name")));
    if (Files.isRegularFile(path)) {
      try (InputFile in = InputFile.open(path)) {
        members.put("bytes", in.size());
        members.put("sha256", DigestedFile.of(in));
      }
    }
  }

  @Test
  void ofAnotherFunctionOrFingerprint() {
    assertRefused("of function \"net\" where \"other\"", new ImportCheck("other", null));
    assertRefused(
        "of fingerprint 1122334455667788fffffffffffffffe where 00000000000000010000000000000002",
        new ImportCheck("net", new TensorKey(1, 2)));
  }

  @Test
  void ofAFunctionThatNoneCanBeCalled() throws IOException {
    forge(text -> text.replace("\"function\":\"net\"", "\"function\":\"n\\u001b[2J\""));
    assertRefused("its function has a name that is blank or has control characters");
    forge(text -> text.replace("\"function\":\"n\\u001b[2J\"", "\"function\":\" \""));
    assertRefused("its function has a name that is blank or has control characters");
  }

  /** By name, before anything is stored. */
  @Test
  void withNamesThatNoStoreHolds() throws IOException {
    byte[] manifest = Files.readAllBytes(export.resolve(Manifest.FILE));
    String[][] cases = {
      {"\"function\":\"net\"", "n".repeat(70_000), "a function name of 70000 bytes: at most 4096"},
      {"\"function\":\"net\"", "n\\ud83d", "half a surrogate pair"},
      {"\"name\":\"\"", "n".repeat(70_000), "an output name of 70000 characters"},
      {"\"name\":\"\"", "\\udc00n", "half a surrogate pair"},
    };
    for (String[] each : cases) {
      Files.write(export.resolve(Manifest.FILE), manifest);
      String member = each[0].substring(0, each[0].indexOf(':') + 1);
      forge(text -> text.replace(each[0], member + "\"" + each[1] + "\""));
      assertRefused(each[2]);
    }
  }

  @Test
  void withNamesThatATerminalWouldNotShow() throws IOException {
    forge(text -> text.replace("\"function\":\"net\"", "\"function\":\"n\u202Ete\u2066x\""));
    assertRefused("of function \"n\\u202ete\\u2066x\" where \"net\"", new ImportCheck("net", null));
  }

  @Test
  void withoutManifestOrFiles() throws IOException {
    Files.delete(export.resolve("keys.npy"));
    assertRefused("keys.npy is missing");
    Files.delete(export.resolve(Manifest.FILE));
    assertRefused("holds no export");
    export = directory.resolve("nowhere");
    assertRefused("holds no export");
  }

  @Test
  void ofAnotherFormatOrANewerVersion() throws IOException {
    forge(text -> text.replace("\"version\":1", "\"version\":2"));
    assertRefused("manifest.json has version 2, this program reads 1: use the newer program");
    forge(text -> text.replace("tensorcache-export", "something"));
    assertRefused("its format is \"something\"");
    Files.writeString(export.resolve(Manifest.FILE), "[]");
    assertRefused("manifest.json cannot be read");
  }

  @Test
  void withAnyBitOfTheManifestFlipped() throws IOException {
    byte[] manifest = Files.readAllBytes(export.resolve(Manifest.FILE));
    for (int bit = 0; bit < 8 * manifest.length; bit++) {
      byte[] flipped = manifest.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(
          ImportRefusedException.class,
          () -> Manifest.read(ByteBuffer.wrap(flipped)),
          "bit " + bit);
    }
    assertEquals(5, Manifest.read(ByteBuffer.wrap(manifest)).rows());
  }

  @Test
  void withChangedOrTruncatedFiles() throws IOException {
    for (ExportFormat format : ExportFormat.values()) {
      if (format != ExportFormat.NPY) {
        export(format);
      }
      String rows = format == ExportFormat.NPY ? "rows.npy" : "rows.safetensors";
      byte[] before = Files.readAllBytes(export.resolve(rows));
      write(rows, bytes -> flip(bytes, bytes.length - 1));
      assertRefused(rows + " is not what was written: its digest differs");
      write(rows, bytes -> java.util.Arrays.copyOf(bytes, bytes.length - 1));
      assertRefused(rows + " has " + (before.length - 1) + " bytes, the manifest says");
      forge(text -> text);
      assertRefused(format == ExportFormat.NPY ? "bytes of elements where 5 rows" : "has a tensor");
    }
  }

  private static byte[] flip(byte[] bytes, int at) {
    byte[] flipped = bytes.clone();
    flipped[at] ^= 1;
    return flipped;
  }

  @Test
  void whoseFilesDoNotFitTheManifest() throws IOException {
    String text = Files.readString(export.resolve(Manifest.FILE)).strip();
    String[][] changes = {
      {"\"dtype\":\"float32\"", "\"dtype\":\"int32\"", "cannot be stored as"},
      {"\"shape\":[4]", "\"shape\":[5]", "holds <f4[5, 4], the manifest says <f4[5, 5]"},
      {"\"rows\":5", "\"rows\":6", "holds |u1[5, 16], the manifest says |u1[6, 16]"},
      {"\"shape\":[4]", "\"shape\":[9223372036854775807,9]", "exceeds 2^63 bytes"},
      {"\"shape\":[4]", "\"shape\":[9223372036854775807,0]", "exceeds 2^63 bytes"},
      {"\"shape\":[4]", "\"shape\":[-4]", "shape with -4"},
      {"\"name\":\"keys.npy\"", "\"name\":\"../keys.npy\"", "a file named \"../keys.npy\""},
      {"\"file\":\"rows.npy\"", "\"file\":\"/etc/passwd\"", "a file named \"/etc/passwd\""},
      {"\"file\":\"rows.npy\"", "\"file\":\"manifest.json\"", "a file of the rows has no digest"},
      {"\"outputs\":[{", "\"outputs\":[],\"was\":[{", "0 parts in a row"},
      {"\"layout\":\"npy\"", "\"layout\":\"pickle\"", "PICKLE"},
      {"1122334455667788f", "x122334455667788f", "32 hexadecimal digits"},
    };
    for (String[] change : changes) {
      assertTrue(text.contains(change[0]), change[0]);
      Files.writeString(export.resolve(Manifest.FILE), text);
      forge(now -> now.replace(change[0], change[1]));
      assertRefused(change[2]);
    }
  }

  @Test
  void whoseElementsAreOfAnotherType() throws IOException {
    write("rows.npy", bytes -> replace(bytes, "<f4", "<i4"));
    forge(text -> text);
    assertRefused("rows.npy holds <i4[5, 4], the manifest says <f4[5, 4]");
    write("rows.npy", bytes -> replace(bytes, "<i4", ">f4"));
    forge(text -> text);
    assertRefused("big-endian");
    write("rows.npy", bytes -> replace(bytes, ">f4", "|O4"));
    forge(text -> text);
    assertRefused("holds objects of Python: nothing is deserialised");
    write("rows.npy", bytes -> replace(bytes, "False", "True "));
    forge(text -> text);
    assertRefused("objects of Python");
  }

  private static byte[] replace(byte[] bytes, String from, String to) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from), from);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void withHostileHeads() throws IOException {
    write("rows.npy", bytes -> head(bytes, 2, 0xFFFFFFF0));
    forge(text -> text);
    assertRefused("says that its head has 4294967280 bytes");
    write("rows.npy", bytes -> new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0});
    forge(text -> text);
    assertRefused("rows.npy is no .npy file");
    export(ExportFormat.SAFETENSORS);
    byte[] sound = Files.readAllBytes(export.resolve("rows.safetensors"));
    for (long length : new long[] {-1, 0, 1, 99_999_999, 1L << 40, Long.MAX_VALUE}) {
      byte[] hostile = sound.clone();
      ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      write("rows.safetensors", bytes -> hostile);
      forge(text -> text);
      assertRefused("says that its head has " + length + " bytes");
    }
    for (String[] change :
        new String[][] {
          {"[0,80]", "[0,81]", "has a tensor at"},
          {"[0,80]", "[1,80]", "has a tensor at"},
          {"[80,160]", "[80,159]", "its head says 159"},
          {"\"F32\"", "\"I32\"", "holds I32"},
          {"\"output\"", "\"otherx\"", "has no tensor \"output\""},
          {"[5,4]", "[4,5]", "holds F32[4, 5]"},
          {"[0,80]", "[[],]", "wrong head"},
        }) {
      write("rows.safetensors", bytes -> sound);
      write("rows.safetensors", bytes -> replace(bytes, change[0], change[1]));
      forge(text -> text);
      assertRefused(change[2].equals("holds F32[4, 5]") ? "holds F32[4, 5]" : change[2]);
    }
  }

  private static byte[] head(byte[] bytes, int version, int length) {
    byte[] head = bytes.clone();
    head[6] = (byte) version;
    ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putInt(8, length);
    return head;
  }

  /** Whatever the bytes are: an answer or a refusal, and no more memory than the file has. */
  @Test
  void fromAFuzzer() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    export(ExportFormat.SAFETENSORS);
    byte[] npy = TransferFixture.resource("rows.npy");
    byte[] safetensors = TransferFixture.resource("several.safetensors");
    Path file = directory.resolve("fuzzed");
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      boolean isNpy = i % 2 == 0;
      byte[] bytes = (isNpy ? npy : safetensors).clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(Math.min(bytes.length, 200))] = (byte) random.nextInt();
      }
      int kept = random.nextInt(10) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(file, java.util.Arrays.copyOf(bytes, kept));
      try (InputFile in = InputFile.open(file)) {
        if (isNpy) {
          NpyHeader.read(in);
        } else {
          SafetensorsHeader.read(in);
        }
      } catch (ImportRefusedException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", file " + i, e);
      }
    }
    assertTrue(refused > 250, refused + " refused, seed " + seed);
  }
}
