package io.tensorcache.samples.kpca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KernelsTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void assertNear(Tensor expected, Tensor actual) {
    assertTrue(expected.sub(actual).abs().max().item_double() < 1e-12, "differ");
  }

  @Test
  void kernelIsTheExponentialOfSquaredDistances() {
    Tensor x = Tensor.create(new double[] {0, 0, 3, 4}, 2, 2);
    double far = Math.exp(-25 / 2.0);
    assertNear(Tensor.create(new double[] {1, far, far, 1}, 2, 2), Kernels.gaussian(x, x, 2));
  }

  @Test
  void centredKernelIsThatOfCentredPoints() {
    // with a linear kernel feature space is the plane itself, so both ways can be compared
    Tensor sample = Points.sample();
    Tensor centre = sample.mean(0);
    Tensor points = Points.outOfSample();
    Tensor linear = sample.matmul(sample.t());
    Means means = new Means(Kernels.rowMeans(linear), linear.mean().item_double());
    Tensor other = points.matmul(sample.t());
    assertNear(
        points.sub(centre).matmul(sample.sub(centre).t()),
        Kernels.centre(other, Kernels.rowMeans(other), means));
  }

  @Test
  void eigenvectorsAreOrderedByEigenvalueAndOrthonormal() {
    Tensor symmetric = torch.diag(Tensor.create(new double[] {2, 7, 5}));
    Tensor vectors = Kernels.leadingEigenvectors(symmetric, 2);
    assertNear(Tensor.create(new double[] {0, 0, 1, 0, 0, 1}, 3, 2), vectors.abs());
    Tensor stretched = symmetric.matmul(vectors);
    assertNear(vectors.narrow(1, 0, 1).mul(new Scalar(7)), stretched.narrow(1, 0, 1));
    assertEquals(5, stretched.narrow(1, 1, 1).norm().item_double(), 1e-12);
  }
}
