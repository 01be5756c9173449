package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Prints how long keys take beside a copy of the same bytes: a program for tuning, not a test. */
final class KeySpeed {
  private static final long[][] SHAPES = {
    {32, 3, 224, 224}, {64, 768}, {256, 1024}, {8, 4, 64, 32}, {1, 150_528}, {64, 512}, {1000, 4}
  };

  private KeySpeed() {}

  public static void main(String[] arguments) {
    for (long[] shape : SHAPES) {
      TensorSpec spec = TensorSpec.of(DType.FLOAT32, shape);
      int bytes = (int) spec.byteCount();
      ByteBuffer from = ByteBuffer.allocateDirect(bytes);
      for (int i = 0; i < bytes; i++) {
        from.put(i, (byte) (i * 31));
      }
      ByteBuffer to = ByteBuffer.allocateDirect(bytes);
      System.out.print(spec);
      print("copy", bytes, () -> to.put(0, from, 0, bytes));
      TensorView batch = TensorView.of(spec, HostMemory.of(from));
      for (KeyBackend backend : KeyBackend.values()) {
        if (backend != KeyBackend.AUTO) {
          RowKeys keys = RowKeys.create(backend, KeyAlgorithm.TCH1, 0, null);
          Tweak tweak = keys.tweak(spec.row(), 0, new byte[0]);
          long[] out = new long[2 * (int) shape[0]];
          print(keys.description(), bytes, () -> keys.digest(batch, tweak, out));
        }
      }
      System.out.println();
    }
  }

  private static void print(String what, int bytes, Runnable run) {
    int inner = Math.max(1, 2_000_000 / bytes);
    double best = Double.MAX_VALUE;
    long end = System.nanoTime() + 1_500_000_000L;
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      for (int i = 0; i < inner; i++) {
        run.run();
      }
      best = Math.min(best, (System.nanoTime() - start) / (double) inner);
    }
    System.out.printf(Locale.ROOT, " | %s %.2f us %.1f GB/s", what, best / 1000, bytes / best);
  }
}
