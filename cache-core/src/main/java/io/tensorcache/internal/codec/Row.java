package io.tensorcache.internal.codec;

/** One computed row on the Java heap. Immutable; safe for use by several threads. */
public final class Row {
  private final RowSchema schema;
  private final int group;
  private final byte[][] payloads;
  private final long payloadBytes;

  private Row(RowSchema schema, int group, byte[][] payloads, long payloadBytes) {
    this.schema = schema;
    this.group = group;
    this.payloads = payloads;
    this.payloadBytes = payloadBytes;
  }

  /**
   * A row of these payloads.
   *
   * @param group where the row comes from: a number that means something to this process only
   * @param payloads per part its elements in the stored dtype, little-endian. Taken over, not
   *     copied: the caller must not change them any more.
   * @throws IllegalArgumentException if a payload has not the length that the schema says
   */
  public static Row of(RowSchema schema, int group, byte[][] payloads) {
    if (payloads.length != schema.parts().size()) {
      throw new IllegalArgumentException(
          payloads.length + " payloads for " + schema.parts().size() + " parts");
    }
    long sum = 0;
    for (int part = 0; part < payloads.length; part++) {
      long expected = schema.parts().get(part).storedByteCount();
      if (payloads[part].length != expected) {
        throw new IllegalArgumentException(
            payloads[part].length
                + " bytes for part "
                + part
                + ": "
                + schema.parts().get(part)
                + " has "
                + expected);
      }
      sum += expected;
    }
    return new Row(schema, group, payloads, sum);
  }

  /**
   * This row, sharing its payloads, with another instance of its schema and another group.
   *
   * @throws IllegalArgumentException if the schema is another one
   */
  public Row from(RowSchema same, int newGroup) {
    if (!same.equals(schema)) {
      throw new IllegalArgumentException(same + " for a row of " + schema);
    }
    return new Row(same, newGroup, payloads, payloadBytes);
  }

  /** What the row consists of. */
  public RowSchema schema() {
    return schema;
  }

  /** Where the row comes from, as it was given. */
  public int group() {
    return group;
  }

  /** The bytes of one part in its stored dtype, little-endian. Not a copy: must not be changed. */
  public byte[] payload(int part) {
    return payloads[part];
  }

  /** Bytes of all payloads. */
  public long payloadBytes() {
    return payloadBytes;
  }

  /**
   * Copies every part into the target, converting from the stored dtype where it differs. Allocates
   * nothing unless it converts.
   *
   * @throws IllegalArgumentException if the target expects another schema
   */
  public void copyTo(RowTarget target) {
    if (!copyIfExpected(target)) {
      throw new IllegalArgumentException(
          "a row of " + schema + " for a target of " + target.expected());
    }
  }

  /**
   * Copies every part into the target, but returns false and writes nothing if it expects another
   * schema.
   */
  public boolean copyIfExpected(RowTarget target) {
    if (!target.expects(schema)) {
      return false;
    }
    for (int part = 0; part < payloads.length; part++) {
      target.write(part, payloads[part]);
    }
    return true;
  }
}
