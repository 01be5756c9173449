package io.tensorcache.internal.key;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Hashes leaves on all cores: on the caller's thread and those of the pool that the JVM has for
 * such work. Starts no thread, takes no lock, and neither sees nor takes an interrupt.
 */
final class LeafWork {
  /** Below this many bytes the caller is done before others have begun. */
  private static final long WORTH_SHARING = 1 << 20;

  /** Hashes some leaves. */
  @FunctionalInterface
  interface Job {
    void run(LeafHasher hasher) throws IOException;
  }

  private final List<Job> jobs;
  private final AtomicInteger next = new AtomicInteger();

  private LeafWork(List<Job> jobs) {
    this.jobs = jobs;
  }

  /** Runs all jobs and returns when each is done. The first failure is thrown. */
  static void run(List<Job> jobs, long byteCount) {
    LeafWork work = new LeafWork(jobs);
    int workers =
        byteCount < WORTH_SHARING
            ? 1
            : Math.min(jobs.size(), ForkJoinPool.getCommonPoolParallelism() + 1);
    if (workers <= 1) {
      work.runWhatIsLeft();
    } else {
      IntStream.range(0, workers).parallel().forEach(worker -> work.runWhatIsLeft());
    }
  }

  private void runWhatIsLeft() {
    int job = next.getAndIncrement();
    if (job >= jobs.size()) {
      return;
    }
    LeafHasher hasher = new LeafHasher();
    try {
      for (; job < jobs.size(); job = next.getAndIncrement()) {
        jobs.get(job).run(hasher);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (job < jobs.size()) {
        next.set(jobs.size()); // a failure: nobody begins another
      }
    }
  }
}
