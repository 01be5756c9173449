package io.tensorcache.benchmarks.policy;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The most hits that any policy can have, for rows of one size: what is asked for latest goes, or
 * is not let in. L. A. Belady, A study of replacement algorithms for a virtual-storage computer,
 * IBM Systems Journal 5 (1966).
 */
final class Belady {
  private static final int NEVER = Integer.MAX_VALUE;

  private Belady() {}

  /** Hits among the look-ups that count. */
  static int hits(Trace trace) {
    int[] next = nextUses(trace);
    int[] nextOf = new int[trace.weights().length]; // of a row in the tier; -1 if it is not there
    Arrays.fill(nextOf, -1);
    PriorityQueue<int[]> latestFirst = new PriorityQueue<>((a, b) -> Integer.compare(b[1], a[1]));
    long held = 0;
    int hits = 0;
    for (int i = 0; i < trace.ids().length; i++) {
      int id = trace.ids()[i];
      if (nextOf[id] >= 0) {
        hits += i >= trace.from() ? 1 : 0;
      } else {
        held++;
      }
      nextOf[id] = next[i];
      latestFirst.add(new int[] {id, next[i]});
      while (held > trace.tierUnits()) {
        int[] latest = latestFirst.remove();
        if (nextOf[latest[0]] == latest[1]) { // not one of an earlier use
          nextOf[latest[0]] = -1;
          held--;
        }
      }
    }
    return hits;
  }

  /** For each look-up the number of the next one of the same row that counts. */
  private static int[] nextUses(Trace trace) {
    int[] ids = trace.ids();
    int[] next = new int[ids.length];
    int[] latest = new int[trace.weights().length];
    Arrays.fill(latest, NEVER);
    for (int i = ids.length - 1; i >= 0; i--) {
      next[i] = latest[ids[i]];
      if (i >= trace.from()) {
        latest[ids[i]] = i;
      }
    }
    return next;
  }
}
