package io.tensorcache.samples.kpca;

import io.tensorcache.Scope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Kernel PCA of points {@code float64[n, d]}. Each step asks the scope for what it needs, so a step
 * is computed when it is first needed and kept if the level of the scope allows. The levels are
 * those of kerch: an entry says by its key what it is. Confined to one thread; tensors go to the
 * caller's {@code PointerScope}.
 */
final class KernelPca implements Example.Model {
  private final Scope<Tensor> points;
  private final Scope<Tensor> kernel;
  private final Scope<Tensor> outOfSample;
  private final Tensor sample;
  private final double width;
  private final int components;
  private @Nullable Tensor eigenvectors;

  /**
   * A model of a sample; nothing is computed yet.
   *
   * @param scope where its steps are kept, in three children
   * @param width 2σ² of the Gaussian kernel
   * @param components how many values a projection has
   */
  KernelPca(Scope<Tensor> scope, Tensor sample, double width, int components) {
    this.points = scope.child("sample");
    this.kernel = scope.child("kernel");
    this.outOfSample = scope.child("out of sample");
    this.sample = sample;
    this.width = width;
    this.components = components;
  }

  /** The least value of each column of the sample. */
  Tensor minimum() {
    return points.get(
        "minimum", "transform_sample_statistics_default", () -> Kernels.minimum(sample));
  }

  /** The sample with its minimum taken off. */
  Tensor transformed() {
    return points.get("transformed", "transform_sample_data_default", () -> sample.sub(minimum()));
  }

  /** The kernel between the points of the sample. */
  Tensor uncentred() {
    return kernel.get(
        "uncentred",
        "transform_sample_data_nondefault",
        () -> Kernels.gaussian(transformed(), transformed(), width));
  }

  /** The means of that kernel. */
  Means means() {
    return kernel
        .entry("means", Means.class)
        .levelKey("transform_sample_statistics_default")
        .get(() -> Means.of(uncentred()));
  }

  /** The kernel of the sample, centred. */
  Tensor k() {
    return kernel.get("K", "sample_K", () -> Kernels.centre(uncentred(), means().rows(), means()));
  }

  /** Finds the leading components: the parameters of the model, which are not cached. */
  @Override
  public void solve() {
    eigenvectors = Kernels.leadingEigenvectors(k(), components);
  }

  /**
   * The projections {@code float64[m, components]} of other points.
   *
   * @param name what the caller calls these points, in the names of entries
   * @throws IllegalStateException before {@link #solve}
   */
  @Override
  public Tensor forward(String name, Tensor others) {
    Tensor vectors = eigenvectors;
    if (vectors == null) {
      throw new IllegalStateException("forward before solve");
    }
    Scope<Tensor> steps = outOfSample.child(name);
    return steps.get(
        "forward",
        "forward_oos_default_representation",
        () -> centred(steps, others).matmul(vectors));
  }

  private Tensor centred(Scope<Tensor> steps, Tensor others) {
    return steps.get(
        "centred",
        "transform_oos_data_default",
        () -> {
          Tensor uncentred = uncentred(steps, others);
          return Kernels.centre(uncentred, rowMeans(steps, others), means());
        });
  }

  private Tensor rowMeans(Scope<Tensor> steps, Tensor others) {
    return steps.get(
        "means",
        "transform_oos_statistics_default",
        () -> Kernels.rowMeans(uncentred(steps, others)));
  }

  private Tensor uncentred(Scope<Tensor> steps, Tensor others) {
    return steps.get(
        "uncentred",
        "transform_oos_data_nondefault",
        () -> Kernels.gaussian(transformed(steps, others), transformed(), width));
  }

  private Tensor transformed(Scope<Tensor> steps, Tensor others) {
    return steps.get("transformed", "transform_oos_data_default", () -> others.sub(minimum()));
  }
}
