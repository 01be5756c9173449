package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.device.RequiresGpu;
import org.jspecify.annotations.Nullable;

/** What every back end must do, on a real device. */
@RequiresGpu
class GpuRowKeysTest extends RowKeysContract {
  @Override
  RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    return RowKeys.create(KeyBackend.CUDA, algorithm, samplesPerRow, salt);
  }
}
