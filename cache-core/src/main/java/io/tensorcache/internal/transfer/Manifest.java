package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.json.Json;
import io.tensorcache.internal.json.JsonReader;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an export consists of, as {@value #FILE} says. It carries the digest of each file and of
 * itself, so that a change of any byte is noticed.
 *
 * @param store the name of the store the rows come from
 * @param function the function that computed them
 * @param fingerprint the digest of its fingerprint
 * @param groups the rows, those of one schema together
 * @param files every file beside the manifest
 */
record Manifest(
    String store,
    String function,
    TensorKey fingerprint,
    ExportFormat format,
    List<Group> groups,
    List<DigestedFile.Digest> files) {
  static final String FILE = "manifest.json";
  static final int VERSION = 1;

  /** What a safetensors file calls the keys. */
  static final String KEYS = "keys";

  private static final String FORMAT = "tensorcache-export";
  private static final String OWN_DIGEST = "manifest_sha256";
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  /**
   * Rows of one schema.
   *
   * @param keys the file of their keys, {@code uint8[rows, 16]}
   */
  record Group(long rows, String keys, List<Output> outputs) {
    RowSchema schema() {
      return new RowSchema(outputs.stream().map(Output::part).toList());
    }
  }

  /**
   * One output of the rows of a group.
   *
   * @param file where it is written, in the dtype it is stored in
   * @param tensor what that file calls it; null in a .npy file, which holds one
   */
  record Output(RowSchema.Part part, String file, @Nullable String tensor) {}

  long rows() {
    return groups.stream().mapToLong(Group::rows).sum();
  }

  /** The text of the file. */
  String text() {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("version", (long) VERSION);
    object.put("store", store);
    object.put("function", function);
    object.put("fingerprint", fingerprint.toString());
    object.put("layout", format.name().toLowerCase(Locale.ROOT));
    object.put("rows", rows());
    object.put("groups", groups.stream().map(this::group).toList());
    object.put("files", files.stream().map(DigestedFile.Digest::toJson).toList());
    object.put(OWN_DIGEST, digest(object));
    return Json.write(object) + "\n";
  }

  private Map<String, @Nullable Object> group(Group of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("rows", of.rows());
    object.put("keys", of.keys());
    object.put("outputs", of.outputs().stream().map(this::output).toList());
    return object;
  }

  private Map<String, @Nullable Object> output(Output of) {
    DType stored = of.part().storedDtype();
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("name", of.part().name());
    object.put("dtype", of.part().spec().dtype());
    object.put("shape", shape(of.part().spec()));
    object.put("stored_as", stored);
    object.put("file", of.file());
    object.put("tensor", of.tensor());
    if (format == ExportFormat.NPY && FileTypes.isBitsInNpy(stored)) {
      object.put("bits_of", stored);
    }
    return object;
  }

  static List<Long> shape(TensorSpec spec) {
    List<Long> dims = new ArrayList<>();
    for (long dim : spec.shape()) {
      dims.add(dim);
    }
    return dims;
  }

  /**
   * Reads a manifest.
   *
   * @throws ImportRefusedException if it is none, of a newer version, or not as it was written
   */
  static Manifest read(ByteBuffer utf8) {
    try {
      Map<String, @Nullable Object> object = JsonReader.read(utf8);
      JsonObject in = new JsonObject(FILE, object);
      if (!in.text("format").equals(FORMAT)) {
        throw new IllegalArgumentException("its format is \"" + in.text("format") + "\"");
      }
      if (in.count("version") > VERSION) {
        throw new ImportRefusedException(
            String.format(
                Locale.ROOT,
                "%s has version %d, this program reads %d: use the newer program",
                FILE,
                in.count("version"),
                VERSION));
      }
      String written = in.text(OWN_DIGEST);
      object.remove(OWN_DIGEST);
      if (!digest(object).equals(written)) {
        throw new ImportRefusedException(FILE + " is not what was written: its digest differs");
      }
      return read(in);
    } catch (IllegalArgumentException e) {
      throw new ImportRefusedException(FILE + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Manifest read(JsonObject in) {
    ExportFormat format = ExportFormat.valueOf(in.text("layout").toUpperCase(Locale.ROOT));
    List<Group> groups = in.objects("groups").stream().map(each -> group(each, format)).toList();
    Manifest manifest =
        new Manifest(
            in.text("store"),
            in.text("function"),
            in.key("fingerprint"),
            format,
            groups,
            in.objects("files").stream().map(Manifest::digest).toList());
    if (manifest.function.isBlank()
        || manifest.function.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "its function has a name that is blank or has control characters");
    }
    TensorKey of = manifest.fingerprint;
    new Provenance(manifest.function, of.hi(), of.lo()); // refuses what a store cannot hold
    if (manifest.rows() != in.count("rows")) {
      throw new IllegalArgumentException(
          in.count("rows") + " rows, its groups have " + manifest.rows());
    }
    return manifest;
  }

  private static Group group(JsonObject in, ExportFormat format) {
    long rows = in.count("rows");
    List<Output> outputs = new ArrayList<>();
    for (JsonObject output : in.objects("outputs")) {
      long[] shape = output.longs("shape").stream().mapToLong(Long::longValue).toArray();
      RowSchema.Part part =
          new RowSchema.Part(
              output.text("name"),
              TensorSpec.of(output.dtype("dtype"), shape),
              output.dtype("stored_as"));
      part.spec().batch(rows); // refuses what no batch can be
      boolean isNamed = format == ExportFormat.SAFETENSORS;
      outputs.add(
          new Output(part, plain(output.text("file")), isNamed ? output.text("tensor") : null));
    }
    Group group = new Group(rows, plain(in.text("keys")), outputs);
    group.schema(); // refuses what no row can be
    return group;
  }

  private static DigestedFile.Digest digest(JsonObject in) {
    return new DigestedFile.Digest(plain(in.text("name")), in.count("bytes"), in.text("sha256"));
  }

  /** A file lies beside the manifest and nowhere else. */
  private static String plain(String file) {
    if (!FILE_NAME.matcher(file).matches()) {
      throw new IllegalArgumentException("a file named \"" + file + "\"");
    }
    return file;
  }

  /** Of the members as they are written, whatever the spaces between them. */
  private static String digest(Map<String, ?> object) {
    MessageDigest digest = DigestedFile.sha256();
    return DigestedFile.hex(
        digest.digest(Json.writeExactly(object).getBytes(StandardCharsets.UTF_8)));
  }
}
