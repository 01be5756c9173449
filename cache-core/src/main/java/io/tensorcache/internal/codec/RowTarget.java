package io.tensorcache.internal.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where the parts of one row are to be written: per part a buffer, usually over the output tensor
 * of a whole batch, and an offset into it. Mutable and reused for each row of a batch. Confined to
 * one thread. Owns nothing: the memory under the buffers must stay valid while it is used.
 *
 * <p>A read that fails may leave any bytes in the row's own ranges, never outside them.
 */
public final class RowTarget {
  private final RowSchema expected;
  private final RowSchema.Part[] parts;
  private final ByteBuffer[] buffers;
  private final int[] partBytes;
  private final int[] storedBytes;
  private final int[] offsets;
  private final byte[] schemaBlock;
  private final long storedByteCount;
  private final boolean isDirect;
  private int group;

  /** The last other instance that was equal, so that rows of one run are compared once. */
  private RowSchema lastEqual;

  /**
   * A target whose parts all start at offset 0.
   *
   * @param expected what the rows must consist of, stored dtypes included
   * @param buffers per part the memory from index 0 to the capacity; position, limit and byte order
   *     are ignored and not changed
   * @throws IllegalArgumentException if there is not one writable buffer per part, each large
   *     enough for a row
   */
  public RowTarget(RowSchema expected, ByteBuffer[] buffers) {
    if (buffers.length != expected.parts().size()) {
      throw new IllegalArgumentException(
          buffers.length + " buffers for " + expected.parts().size() + " parts");
    }
    this.expected = expected;
    this.lastEqual = expected;
    this.storedByteCount = expected.storedByteCount();
    this.parts = expected.parts().toArray(RowSchema.Part[]::new);
    this.buffers = new ByteBuffer[buffers.length];
    this.partBytes = new int[buffers.length];
    this.storedBytes = new int[buffers.length];
    this.offsets = new int[buffers.length];
    for (int part = 0; part < buffers.length; part++) {
      long bytes = parts[part].spec().byteCount();
      if (buffers[part].isReadOnly() || bytes > buffers[part].capacity()) {
        throw new IllegalArgumentException(
            buffers[part] + " for part " + part + ": " + bytes + " writable bytes are needed");
      }
      this.partBytes[part] = (int) bytes;
      this.storedBytes[part] = (int) parts[part].storedByteCount();
      this.buffers[part] = buffers[part].duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }
    this.schemaBlock = SchemaBlockV1.bytesOf(expected);
    this.isDirect = Arrays.stream(buffers).allMatch(ByteBuffer::isDirect);
  }

  /**
   * Sets where the next row of one part goes, in bytes from the start of its buffer.
   *
   * @return this
   * @throws IndexOutOfBoundsException if a row would not fit there
   */
  public RowTarget at(int part, int offset) {
    Objects.checkFromIndexSize(offset, partBytes[part], buffers[part].capacity());
    offsets[part] = offset;
    return this;
  }

  /** What the rows must consist of. */
  public RowSchema expected() {
    return expected;
  }

  /** True if a row of this schema may be written here: equal in every part. */
  public boolean expects(RowSchema schema) {
    if (schema == expected || schema == lastEqual) {
      return true;
    }
    if (schema.equals(expected)) {
      lastEqual = schema;
      return true;
    }
    return false;
  }

  /** Bytes of a row in its stored dtypes, before compression. */
  public long storedByteCount() {
    return storedByteCount;
  }

  /** True if all of it lies outside the Java heap. */
  public boolean isDirect() {
    return isDirect;
  }

  /** The group of the last row that was decoded from an entry; 0 if none was. */
  public int group() {
    return group;
  }

  void setGroup(int number) {
    group = number;
  }

  byte[] schemaBlock() {
    return schemaBlock;
  }

  int partCount() {
    return parts.length;
  }

  int storedBytes(int part) {
    return storedBytes[part];
  }

  /** True if the stored bytes of this part are what is to be written, without conversion. */
  boolean isPlain(int part) {
    return parts[part].storedDtype() == parts[part].spec().dtype();
  }

  /** The buffer of a part, little-endian; only {@link #offset} and what follows may be written. */
  ByteBuffer buffer(int part) {
    return buffers[part];
  }

  int offset(int part) {
    return offsets[part];
  }

  /** Writes the stored bytes of one part, converting them where needed. */
  void write(int part, byte[] stored) {
    if (isPlain(part)) {
      buffers[part].put(offsets[part], stored);
    } else {
      writeConverted(part, stored, stored.length);
    }
  }

  void writeConverted(int part, byte[] stored, int byteCount) {
    RowSchema.Part p = parts[part];
    StoredDtype.decode(
        stored, byteCount, p.storedDtype(), p.spec().dtype(), buffers[part], offsets[part]);
  }
}
