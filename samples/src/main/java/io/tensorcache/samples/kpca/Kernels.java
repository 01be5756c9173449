package io.tensorcache.samples.kpca;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The mathematics of kernel PCA on tensors {@code float64}, one point a row. */
final class Kernels {
  private Kernels() {}

  /** The least value of each column. */
  static Tensor minimum(Tensor points) {
    return points.amin(new long[] {0}, false);
  }

  /** exp(−d² / {@code width}) between the rows of {@code x} and the rows of {@code y}. */
  static Tensor gaussian(Tensor x, Tensor y, double width) {
    return torch.cdist(x, y).square().div(new Scalar(-width)).exp();
  }

  /** The mean of each row. */
  static Tensor rowMeans(Tensor kernel) {
    return kernel.mean(1);
  }

  /**
   * A kernel matrix after its points were centred in feature space: {@code k(x, y) − mean of x −
   * mean of y + mean of all}.
   *
   * @param rowMeans of {@code kernel}
   * @param means what is known of the sample, the points of its columns
   */
  static Tensor centre(Tensor kernel, Tensor rowMeans, Means means) {
    return kernel.sub(rowMeans.unsqueeze(1)).sub(means.rows()).add(new Scalar(means.total()));
  }

  /** The eigenvectors of the largest eigenvalues of a symmetric matrix, largest first. */
  static Tensor leadingEigenvectors(Tensor symmetric, int count) {
    T_TensorTensor_T ascending = torch.linalg_eigh(symmetric);
    return ascending.get1().flip(1).narrow(1, 0, count);
  }
}
