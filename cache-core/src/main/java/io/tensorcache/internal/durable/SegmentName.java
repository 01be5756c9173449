package io.tensorcache.internal.durable;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names the files of one segment.
 *
 * @param writer the number of the store that wrote it
 * @param number counts the segments of that store
 */
record SegmentName(long writer, int number) {
  static final String SEGMENT = ".tcs";
  static final String INDEX = ".tci";
  static final String DEAD = ".tcd";
  static final String TEMPORARY = ".tmp";
  static final String LOCK = ".lock";

  private static final Pattern FORM =
      Pattern.compile("seg-([0-9a-f]{16})-([0-9]{1,9})(\\.tc[sid])");
  private static final Pattern LOCK_FORM = Pattern.compile("seg-([0-9a-f]{16})\\.lock");

  /** The segment that a file of this name belongs to, or null if it has another suffix. */
  static @Nullable SegmentName of(String fileName, String suffix) {
    Matcher form = FORM.matcher(fileName);
    return form.matches() && form.group(3).equals(suffix)
        ? new SegmentName(
            Long.parseUnsignedLong(form.group(1), 16), Integer.parseInt(form.group(2)))
        : null;
  }

  /** The writer that a lock file of this name belongs to, or null if it is no such name. */
  static @Nullable Long writerOfLock(String fileName) {
    Matcher form = LOCK_FORM.matcher(fileName);
    return form.matches() ? Long.parseUnsignedLong(form.group(1), 16) : null;
  }

  static String lockName(long writer) {
    return "seg-" + HexFormat.of().toHexDigits(writer) + LOCK;
  }

  String file(String suffix) {
    return this + suffix;
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SegmentName that && writer == that.writer && number == that.number;
  }

  @Override
  public String toString() {
    return "seg-" + HexFormat.of().toHexDigits(writer) + "-" + number;
  }
}
