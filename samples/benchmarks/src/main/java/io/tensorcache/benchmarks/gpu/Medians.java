package io.tensorcache.benchmarks.gpu;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;

/** Medians of repeated runs, in microseconds. Safe for use by several threads. */
final class Medians {
  /** The compiler of the JVM wants more of them than a device. */
  static final int WARM_UPS_PER_RUN = 10;

  private Medians() {}

  /** The median of what {@code micros} gives for each run, counted from 0, after some that warm. */
  static double of(int runs, IntToDoubleFunction micros) {
    double[] all = new double[runs];
    int warmUps = Math.max(1, runs / 4);
    for (int run = 0; run < warmUps + runs; run++) {
      double each = micros.applyAsDouble(run);
      if (run >= warmUps) {
        all[run - warmUps] = each;
      }
    }
    return of(all);
  }

  /** The upper median of times, which are sorted by this. */
  static double of(double[] micros) {
    Arrays.sort(micros);
    return micros[micros.length / 2];
  }

  /** The median time of a whole call on the host. */
  static double ofCalls(int runs, IntConsumer call) {
    for (int run = 0; run < WARM_UPS_PER_RUN * runs; run++) {
      call.accept(run);
    }
    return of(
        runs,
        run -> {
          long start = System.nanoTime();
          call.accept(run);
          return (System.nanoTime() - start) / 1e3;
        });
  }
}
