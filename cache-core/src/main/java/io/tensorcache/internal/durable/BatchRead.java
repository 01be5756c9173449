package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.TensorKey;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Reads rows in the order in which they lie in the files. Confined to one thread. */
final class BatchRead {
  /** Below this a second thread costs more than it brings. */
  private static final long PARALLEL_BYTES = 4 << 20;

  private static final int INDEX_BITS = 20;

  private final KeyIndex index;
  private final int oldestSeconds;

  BatchRead(KeyIndex index, int oldestSeconds) {
    this.index = index;
    this.oldestSeconds = oldestSeconds;
  }

  Lookup[] run(
      List<TensorKey> keys,
      Supplier<? extends IntFunction<RowTarget>> targets,
      BiFunction<TensorKey, RowTarget, Lookup> read) {
    Lookup[] found = new Lookup[keys.size()];
    for (int from = 0; from < found.length; from += 1 << INDEX_BITS) {
      int first = from;
      List<TensorKey> chunk = keys.subList(from, Math.min(found.length, from + (1 << INDEX_BITS)));
      long[] order = order(chunk);
      int threads = threads(chunk);
      Runnable[] parts = new Runnable[threads];
      for (int t = 0; t < threads; t++) {
        int begin = (int) ((long) order.length * t / threads);
        int end = (int) ((long) order.length * (t + 1) / threads);
        parts[t] =
            () -> {
              IntFunction<RowTarget> target = targets.get();
              for (int i = begin; i < end; i++) {
                int row = first + (int) (order[i] & (1 << INDEX_BITS) - 1);
                found[row] = read.apply(keys.get(row), target.apply(row));
              }
            };
      }
      if (threads == 1) {
        parts[0].run();
      } else {
        runAll(parts);
      }
    }
    return found;
  }

  /** Returns, or throws, when every part has ended: the caller may free the targets then. */
  private static void runAll(Runnable[] parts) {
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    IntStream.range(0, parts.length)
        .parallel()
        .forEach(
            t -> {
              try {
                parts[t].run();
              } catch (RuntimeException | Error e) {
                thrown.add(e);
              }
            });
    Throwable first = thrown.poll();
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Segment and start of each row, then its index; rows that are not here come first. */
  private long[] order(List<TensorKey> keys) {
    long[] order = new long[keys.size()];
    for (int i = 0; i < order.length; i++) {
      long place = index.find(keys.get(i), oldestSeconds);
      order[i] = place >>> INDEX_BITS << INDEX_BITS | i;
    }
    Arrays.sort(order);
    return order;
  }

  private int threads(List<TensorKey> keys) {
    long bytes = 0;
    for (TensorKey key : keys) {
      long place = index.find(key, oldestSeconds);
      bytes += place == 0 ? 0 : Math.abs(Place.recordBytes(place));
    }
    int most = ForkJoinPool.commonPool().getParallelism() + 1;
    return (int) Math.max(1, Math.min(most, Math.min(keys.size(), bytes / PARALLEL_BYTES)));
  }
}
