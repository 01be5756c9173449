package io.tensorcache.internal.durable;

import java.time.Instant;

/**
 * Marks what this process locks, in the names of the files, so that it never opens them. The locks
 * of the operating system belong to a process, and closing any descriptor of a file gives up the
 * process's lock on it; who else in the JVM has such a lock cannot be known, as another class
 * loader has its own copy of everything here. The mark is the same in all of them: it comes from
 * the number of the process and when it started. Two processes of one mark do no more than leave
 * each other's files to others.
 */
public final class ProcessMark {
  /** Bits of a mark. */
  public static final int BITS = 24;

  private ProcessMark() {}

  /** Of this process. */
  public static int here() {
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    long mixed = (started * 0x9E3779B97F4A7C15L) ^ self.pid() * 0xC2B2AE3D27D4EB4FL;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    return (int) (mixed >>> Long.SIZE - BITS);
  }
}
