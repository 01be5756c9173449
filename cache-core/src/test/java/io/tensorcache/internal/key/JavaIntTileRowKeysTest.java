package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import org.jspecify.annotations.Nullable;

/** One layout of the Java back end, forced on every JDK. */
class JavaIntTileRowKeysTest extends RowKeysContract {
  @Override
  RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    HasherSource source = material -> new JavaRowHasher(material, IntTileBlock::new);
    return RowKeys.create(KeyBackend.NATIVE, algorithm, samplesPerRow, salt, source);
  }
}
