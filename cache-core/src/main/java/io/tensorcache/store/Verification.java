package io.tensorcache.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.util.List;

/**
 * What came of reading and checking every row of a durable store.
 * <!-- region: verification, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * Verification found = store.verify(rowsSoFar -> {});
 * if (!found.isSound()) {
 *   found.badRows().forEach(row -> System.err.println(row.segment() + ": " + row.why()));
 * }
 * }</pre>
 *
 * @param sound rows that are what was written, to the last bit
 * @param corrupt rows that are not: each would be a counted miss and computed again
 * @param unreadable rows that the system could not read
 * @param bytes what was read
 * @param badRows the corrupt and unreadable rows, the first {@value #MOST_LISTED} of them
 * @param problems what is wrong with files as a whole: damaged places between rows, a damaged index
 *     (read from its segment instead), a newer format
 */
public record Verification(
    long sound,
    long corrupt,
    long unreadable,
    ByteSize bytes,
    List<BadRow> badRows,
    List<String> problems) {
  /** Bad rows beyond this number are counted and not listed. */
  public static final int MOST_LISTED = 1000;

  /** Copies the lists. */
  public Verification {
    badRows = List.copyOf(badRows);
    problems = List.copyOf(problems);
  }

  /** Says whether nothing at all is wrong. */
  public boolean isSound() {
    return corrupt == 0 && unreadable == 0 && problems.isEmpty();
  }

  /**
   * A row that did not pass.
   * <!-- region: verification, from StoreExamplesTest.java -->
   *
   * <pre>{@code
   * Verification found = store.verify(rowsSoFar -> {});
   * if (!found.isSound()) {
   *   found.badRows().forEach(row -> System.err.println(row.segment() + ": " + row.why()));
   * }
   * }</pre>
   *
   * @param key its key, as the index has it
   * @param function the function that computed it
   * @param segment the file it lies in, without suffix
   * @param offset bytes from the start of that file
   * @param why what is wrong
   */
  public record BadRow(TensorKey key, String function, String segment, long offset, String why) {}
}
