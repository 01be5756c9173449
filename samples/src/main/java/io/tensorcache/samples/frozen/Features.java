package io.tensorcache.samples.frozen;

import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;

/** Gives the features of a batch of images: the frozen network, or the cache in front of it. */
@FunctionalInterface
interface Features {
  /**
   * The features {@code float32[n, features]} of the images {@code float32[n, 1, 32, 32]}, in a
   * tensor that belongs to the caller.
   */
  Tensor of(Tensor images) throws Exception;

  /** The share of rows served from the cache since the last call; empty where there is none. */
  default OptionalDouble hitRate() {
    return OptionalDouble.empty();
  }
}
