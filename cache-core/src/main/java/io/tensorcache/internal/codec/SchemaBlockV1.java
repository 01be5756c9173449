package io.tensorcache.internal.codec;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a schema in an entry of format 1. Equal schemas have equal bytes, so a reader
 * compares bytes. Per part, little-endian:
 *
 * <pre>
 * u16 n, n bytes of UTF-8   name
 * u8                        dtype code of the spec
 * u8                        dtype code as stored
 * u8 r, r × u64             dimensions
 * </pre>
 */
final class SchemaBlockV1 {
  /** Bytes of a part with an empty name and no dimensions. */
  static final int MIN_PART_BYTES = 5;

  private SchemaBlockV1() {}

  static byte[] bytesOf(RowSchema schema) {
    int size = 0;
    List<byte[]> names = new ArrayList<>(schema.parts().size());
    for (RowSchema.Part part : schema.parts()) {
      byte[] name = part.name().getBytes(StandardCharsets.UTF_8);
      names.add(name);
      size = Math.addExact(size, MIN_PART_BYTES + name.length + Long.BYTES * part.spec().rank());
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < names.size(); i++) {
      RowSchema.Part part = schema.parts().get(i);
      out.putShort((short) names.get(i).length).put(names.get(i));
      out.put((byte) part.spec().dtype().code()).put((byte) part.storedDtype().code());
      out.put((byte) part.spec().rank());
      for (int axis = 0; axis < part.spec().rank(); axis++) {
        out.putLong(part.spec().dim(axis));
      }
    }
    return out.array();
  }

  /**
   * Reads {@code partCount} parts that fill {@code block} exactly.
   *
   * @throws CorruptEntryException if they do not, or a value is out of its range
   */
  static RowSchema read(ByteBuffer block, int partCount) {
    block.order(ByteOrder.LITTLE_ENDIAN);
    List<RowSchema.Part> parts = new ArrayList<>(partCount);
    try {
      for (int i = 0; i < partCount; i++) {
        parts.add(readPart(block));
      }
      if (block.hasRemaining()) {
        throw new CorruptEntryException(block.remaining() + " bytes too many in a schema");
      }
      return new RowSchema(parts);
    } catch (IllegalArgumentException | ArithmeticException | CharacterCodingException e) {
      throw new CorruptEntryException("a schema out of its ranges: " + e.getMessage(), e);
    }
  }

  private static RowSchema.Part readPart(ByteBuffer block) throws CharacterCodingException {
    int nameBytes = need(block, 2).getShort() & 0xFFFF;
    need(block, nameBytes + 3);
    String name = nameBytes == 0 ? "" : name(block, nameBytes);
    DType dtype = DType.ofCode(block.get() & 0xFF);
    DType stored = DType.ofCode(block.get() & 0xFF);
    int rank = block.get() & 0xFF;
    need(block, rank * Long.BYTES);
    long[] shape = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = block.getLong();
    }
    return new RowSchema.Part(name, TensorSpec.of(dtype, shape), stored);
  }

  private static String name(ByteBuffer block, int nameBytes) throws CharacterCodingException {
    byte[] bytes = new byte[nameBytes];
    block.get(bytes);
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static ByteBuffer need(ByteBuffer block, int bytes) {
    if (block.remaining() < bytes) {
      throw new CorruptEntryException(
          "a schema ends " + (bytes - block.remaining()) + " bytes too early");
    }
    return block;
  }
}
