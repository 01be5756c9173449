package io.tensorcache.samples.kpca;

import io.tensorcache.Scope;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** The numbers of the example that kerch's documentation prints. */
final class PublishedNumbers {
  private PublishedNumbers() {}

  /**
   * All of them, beside what a scope holds.
   *
   * @param scope at level total, after {@code solve} and {@code forward("test", …)}
   * @throws NullPointerException if a step is missing
   */
  static List<Published> of(Scope<Tensor> scope) {
    Scope<Tensor> sample = scope.child("sample");
    Scope<Tensor> kernel = scope.child("kernel");
    Scope<Tensor> test = scope.child("out of sample").child("test");
    Means means = Objects.requireNonNull(kernel.entry("means", Means.class).getIfPresent());
    return List.of(
        number(
            "sample, less its minimum",
            step(sample, "transformed"),
            2.3977,
            .7911,
            0,
            1.4251,
            0,
            .7802,
            1.26,
            1.9225,
            1.4595,
            .4533,
            .4879,
            2.3608,
            0,
            2.1851,
            1.1076),
        number("minimum", step(sample, "minimum"), -.8567, -1.0845, -2.1788),
        number(
            "test points, less it",
            step(test, "transformed"),
            .9794,
            .5182,
            2.5519,
            -.0353,
            -.4246,
            2.5492),
        number(
            "kernel, first row",
            step(kernel, "uncentred").select(0, 0),
            1,
            .3058,
            .0776,
            .0059,
            .0079),
        number(
            "kernel, test points",
            step(test, "uncentred"),
            .009354,
            .14093,
            .17157,
            .84308,
            .042237,
            .0005259,
            .051963,
            .010564,
            .54803,
            .0079825),
        number("row means", means.rows(), .2794, .3135, .3416, .2737, .2982),
        new Published("mean of all", List.of(.3013), List.of(means.total())),
        number("row means, test points", step(test, "means"), .2414, .1238),
        number(
            "K, first row", step(kernel, "K").select(0, 0), .7424, .0142, -.2422, -.2459, -.2685),
        number(
            "K, test points",
            step(test, "centred"),
            -.2102,
            -.1127,
            -.1102,
            .6292,
            -.1961,
            -.1014,
            -.0841,
            -.1536,
            .4518,
            -.1127),
        projection(step(test, "forward")));
  }

  private static Tensor step(Scope<Tensor> scope, String name) {
    return Objects.requireNonNull(scope.getIfPresent(name), name);
  }

  private static Published number(String name, Tensor computed, double... printed) {
    return new Published(name, Arrays.stream(printed).boxed().toList(), values(computed));
  }

  /** An eigenvector may point either way, so each column takes the sign of the printed one. */
  private static Published projection(Tensor computed) {
    Tensor printed = Tensor.create(new double[] {-.0591, .6962, -.0009, .4885}, 2, 2);
    Tensor signs = printed.mul(computed).sum(0).sign();
    return new Published("projections", values(printed), values(computed.mul(signs)));
  }

  private static List<Double> values(Tensor tensor) {
    DoubleBuffer buffer = tensor.contiguous().createBuffer();
    List<Double> values = new ArrayList<>();
    while (buffer.hasRemaining()) {
      values.add(buffer.get());
    }
    return values;
  }
}
