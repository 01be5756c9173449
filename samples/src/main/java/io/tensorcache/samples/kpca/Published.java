package io.tensorcache.samples.kpca;

import io.tensorcache.Scope;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * Numbers of the example that kerch's documentation prints, beside what a scope holds.
 *
 * @param name what they are
 * @param printed rounded, row by row
 * @param computed by this program
 */
record Published(String name, List<Double> printed, List<Double> computed) {
  /** How far printed and computed values may be apart: the printed ones are rounded. */
  static final double TOLERANCE = 1e-3;

  /** The largest absolute difference. */
  double difference() {
    double largest = printed.size() == computed.size() ? 0 : Double.NaN;
    for (int i = 0; i < printed.size() && i < computed.size(); i++) {
      largest = Math.max(largest, Math.abs(printed.get(i) - computed.get(i)));
    }
    return largest;
  }

  /** False for NaN too. */
  boolean isReproduced() {
    return difference() <= TOLERANCE;
  }

  /** For JSON. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", name);
    members.put("printed", printed);
    members.put("computed", computed);
    members.put("difference", difference());
    return members;
  }

  /**
   * All of them.
   *
   * @param scope at level total, after {@code solve} and {@code forward("test", …)}
   * @throws NullPointerException if a step is missing
   */
  static List<Published> numbers(Scope<Tensor> scope) {
    Scope<Tensor> sample = scope.child("sample");
    Scope<Tensor> kernel = scope.child("kernel");
    Scope<Tensor> test = scope.child("out of sample").child("test");
    Means means = Objects.requireNonNull(kernel.entry("means", Means.class).getIfPresent());
    return List.of(
        of(
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
        of("minimum", step(sample, "minimum"), -.8567, -1.0845, -2.1788),
        of(
            "test points, less it",
            step(test, "transformed"),
            .9794,
            .5182,
            2.5519,
            -.0353,
            -.4246,
            2.5492),
        of(
            "kernel, first row",
            step(kernel, "uncentred").select(0, 0),
            1,
            .3058,
            .0776,
            .0059,
            .0079),
        of(
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
        of("row means", means.rows(), .2794, .3135, .3416, .2737, .2982),
        new Published("mean of all", List.of(.3013), List.of(means.total())),
        of("row means, test points", step(test, "row means"), .2414, .1238),
        of("K, first row", step(kernel, "K").select(0, 0), .7424, .0142, -.2422, -.2459, -.2685),
        of(
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

  private static Published of(String name, Tensor computed, double... printed) {
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
