package io.tensorcache.samples.multilevel;

import org.bytedeco.pytorch.Tensor;

/** Counts the bytes of features that were computed and not yet closed. Confined to one thread. */
final class LiveBytes {
  private long now;
  private long peak;

  /** Counts a tensor that was computed. */
  Tensor add(Tensor tensor) {
    now += tensor.nbytes();
    peak = Math.max(peak, now);
    return tensor;
  }

  /** Closes it, and counts it no longer. */
  void close(Tensor tensor) {
    now -= tensor.nbytes();
    tensor.close();
  }

  long peak() {
    return peak;
  }
}
