package io.tensorcache.samples.kpca;

import org.bytedeco.pytorch.Tensor;

/**
 * Means of the kernel matrix of a sample.
 *
 * @param rows {@code float64[n]}
 * @param total of all its elements
 */
record Means(Tensor rows, double total) {
  static Means of(Tensor kernel) {
    Tensor rows = Kernels.rowMeans(kernel);
    return new Means(rows, rows.mean().item_double());
  }
}
