package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.internal.json.Json;
import io.tensorcache.internal.json.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a safetensors file: the length of a JSON object, which says of each tensor its dtype,
 * its shape and where it lies, and then the tensors without gaps.
 *
 * @param tensors by name, in the order of the file
 * @param dataOffset bytes before the first tensor
 */
record SafetensorsHeader(Map<String, Entry> tensors, long dataOffset) {
  private static final String METADATA = "__metadata__";
  private static final int ALIGNMENT = 8;

  /** As the reference implementation has it. */
  private static final int LONGEST = 100_000_000;

  /** One tensor; {@code from} and {@code to} count from {@code dataOffset}. */
  record Entry(String dtype, List<Long> shape, long from, long to) {}

  /** The bytes that the reference implementation writes before these tensors. */
  static byte[] bytes(Map<String, Entry> tensors) {
    Map<String, Object> object = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          Map<String, Object> members = new LinkedHashMap<>();
          members.put("dtype", tensor.dtype());
          members.put("shape", tensor.shape());
          members.put("data_offsets", List.of(tensor.from(), tensor.to()));
          object.put(name, members);
        });
    byte[] json = Json.write(object).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(json);
    while (out.hasRemaining()) {
      out.put((byte) ' ');
    }
    return out.array();
  }

  /**
   * Reads and checks the head of a file: every tensor lies inside it, they leave no gap and do not
   * overlap.
   *
   * @throws ImportRefusedException if it is no such file
   */
  static SafetensorsHeader read(InputFile file) throws IOException {
    String name = file.name();
    ByteBuffer fixed = file.upTo(0, Long.BYTES);
    long length = fixed.limit() < Long.BYTES ? -1 : fixed.getLong(0);
    if (length < 2 || length > LONGEST || length > file.size() - Long.BYTES) {
      throw new ImportRefusedException(
          name + " says that its head has " + length + " bytes; the file has " + file.size());
    }
    ByteBuffer json = file.exactly(Long.BYTES, (int) length);
    long dataOffset = Long.BYTES + length;
    Map<String, Entry> tensors = new LinkedHashMap<>();
    try {
      JsonReader.read(json)
          .forEach(
              (tensor, members) -> {
                if (!tensor.equals(METADATA)) {
                  tensors.put(tensor, entry(new JsonObject(tensor, members)));
                }
              });
    } catch (IllegalArgumentException e) {
      throw new ImportRefusedException(name + " has a wrong head: " + e.getMessage(), e);
    }
    requireNoGaps(tensors, file.size() - dataOffset, name);
    return new SafetensorsHeader(tensors, dataOffset);
  }

  private static Entry entry(JsonObject in) {
    List<Long> offsets = in.longs("data_offsets");
    if (offsets.size() != 2) {
      throw new IllegalArgumentException("data_offsets " + offsets);
    }
    return new Entry(in.text("dtype"), in.longs("shape"), offsets.get(0), offsets.get(1));
  }

  private static void requireNoGaps(Map<String, Entry> tensors, long bytes, String name) {
    long at = 0;
    for (Entry tensor :
        tensors.values().stream()
            .sorted(java.util.Comparator.comparingLong(Entry::from).thenComparing(Entry::to))
            .toList()) {
      if (tensor.from() != at || tensor.to() < at || tensor.to() > bytes) {
        throw new ImportRefusedException(
            name + " has a tensor at " + tensor.from() + " to " + tensor.to() + " of " + bytes);
      }
      at = tensor.to();
    }
    if (at != bytes) {
      throw new ImportRefusedException(
          name + " has " + bytes + " bytes of tensors, its head says " + at);
    }
  }

  /** The tensor of this name. */
  @Nullable Entry tensor(String name) {
    return tensors.get(name);
  }
}
