package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.rows.CacheTiers;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A copy in memory, read to be shown.
 *
 * @param place the tier it lies in
 */
record ScopeRow(RowSchema schema, List<ByteBuffer> payloads, String place) {
  /** Null if it is not there. */
  static @Nullable ScopeRow read(CacheTiers tiers, TensorKey key) {
    RowSchema schema = tiers.schema(key);
    if (schema == null) {
      return null;
    }
    ByteBuffer[] buffers = new ByteBuffer[schema.parts().size()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = ByteBuffer.allocate((int) schema.parts().get(i).spec().byteCount());
    }
    Lookup lookup = tiers.read(key, new RowTarget(schema, buffers));
    String place = lookup.name().replace("_HIT", "").toLowerCase(Locale.ROOT);
    return lookup.isHit() ? new ScopeRow(schema, List.of(buffers), place) : null;
  }
}
