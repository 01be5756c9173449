package io.tensorcache.samples.scopes;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.kit.Sample;
import java.util.List;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A QR decomposition that is computed at the first access and held for the others. */
@Command(
    name = "qr",
    description = "A QR decomposition, computed once and held as a pair of tensors.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Qr extends Sample {
  @Option(names = "--rows", description = "Of the matrix.")
  private int rows = 200;

  @Option(names = "--columns", description = "Of the matrix, at most as many as rows.")
  private int columns = 100;

  private int computed;

  /** Made by the command line. */
  public Qr() {}

  @Override
  protected void settle() {
    output.require("--rows", rows, 1, 4096);
    output.require("--columns", columns, 1, rows);
  }

  @Override
  protected boolean run() {
    try (TensorCache cache = TensorCache.builder("qr").heap(ByteSize.ofMiB(512)).build()) {
      torch.manual_seed(1);
      Tensor matrix = torch.randn(rows, columns);
      Scope<Tensor> scope = cache.scope("qr", PyTorch.tensors());
      for (String access : List.of("first", "second", "third")) {
        long start = System.nanoTime();
        List<Tensor> qr = scope.tuple("qr").get(() -> decompose(matrix));
        double millis = (System.nanoTime() - start) / 1e6;
        Tensor product = qr.get(0).matmul(qr.get(1));
        double error = product.sub(matrix).abs().max().item_float();
        output.line(
            "%-6s access: %8.3f ms, computations so far: %d, Q R is the matrix within %.1e",
            access, millis, computed, error);
        output.member(access + "_access_ms", millis);
        output.member(access + "_error", error);
      }
      output.line("%n%s", scope.describe(false));
      output.member("computed", computed);
      output.member("hits", scope.stats().hits());
    }
    return computed == 1;
  }

  /** Q and R. */
  private List<Tensor> decompose(Tensor matrix) {
    computed++;
    T_TensorTensor_T qr = torch.linalg_qr(matrix);
    return List.of(qr.get0(), qr.get1());
  }
}
