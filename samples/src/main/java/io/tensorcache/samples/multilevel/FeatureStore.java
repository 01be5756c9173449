package io.tensorcache.samples.multilevel;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Holds features, all of them or some. Confined to one thread. */
interface FeatureStore extends AutoCloseable {
  /**
   * The features of one image, held or computed. The tensor is the store's; it may be closed once
   * features of other images are asked for.
   */
  Tensor get(Importance importance, int image, Supplier<Tensor> compute);

  @Override
  void close();
}
