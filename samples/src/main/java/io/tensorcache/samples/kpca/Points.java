package io.tensorcache.samples.kpca;

import org.bytedeco.pytorch.Tensor;

/**
 * The points of the printed example of kerch's documentation, before their minimum is taken off.
 */
final class Points {
  /** The width of the kernel of the example: 2σ². */
  static final double WIDTH = 1.8404;

  private Points() {}

  /** Five points, {@code float64[5, 3]}. */
  static Tensor sample() {
    double[] values = {
      1.5410, -0.2934, -2.1788,
      0.5684, -1.0845, -1.3986,
      0.4033, 0.8380, -0.7193,
      -0.4034, -0.5966, 0.1820,
      -0.8567, 1.1006, -1.0712
    };
    return Tensor.create(values, 5, 3);
  }

  /** Two points that are not in the sample, {@code float64[2, 3]}. */
  static Tensor outOfSample() {
    double[] values = {
      0.1227, -0.5663, 0.3731,
      -0.8920, -1.5091, 0.3704
    };
    return Tensor.create(values, 2, 3);
  }
}
