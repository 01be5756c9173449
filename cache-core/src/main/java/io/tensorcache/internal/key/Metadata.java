package io.tensorcache.internal.key;

import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The canonical bytes of what a key covers besides the data, little-endian:
 *
 * <pre>
 * "TCM1" | u16 dtype code | u16 rank | u32 slot | u64 step | rank x u64 dims | u32 domain bytes | domain
 * </pre>
 */
final class Metadata {
  private static final byte[] MAGIC = "TCM1".getBytes(StandardCharsets.US_ASCII);

  private Metadata() {}

  static byte[] encode(TensorSpec rowSpec, long step, int slot, byte[] domain) {
    if (slot < 0) {
      throw new IllegalArgumentException("slot is " + slot + ": must be >= 0");
    }
    if (rowSpec.rank() > 0xffff) {
      throw new IllegalArgumentException("rank is " + rowSpec.rank() + ": must be <= 65535");
    }
    ByteBuffer out =
        ByteBuffer.allocate(MAGIC.length + 20 + 8 * rowSpec.rank() + domain.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .putShort((short) rowSpec.dtype().code())
            .putShort((short) rowSpec.rank())
            .putInt(slot)
            .putLong(step);
    for (int axis = 0; axis < rowSpec.rank(); axis++) {
      out.putLong(rowSpec.dim(axis));
    }
    return out.putInt(domain.length).put(domain).array();
  }
}
