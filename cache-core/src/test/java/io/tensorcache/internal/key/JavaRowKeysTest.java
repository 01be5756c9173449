package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import org.jspecify.annotations.Nullable;

class JavaRowKeysTest extends RowKeysContract {
  @Override
  RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    return RowKeys.create(KeyBackend.JAVA, algorithm, samplesPerRow, salt);
  }
}
