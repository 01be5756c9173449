package io.tensorcache.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.time.Instant;
import java.util.List;

/**
 * One row in a durable store, as its head says.
 * <!-- region: stored-row, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * store.forEach(
 *     RowSelection.ofFunction("squares"),
 *     (StoredRow row) -> {
 *       for (StoredOutput output : row.outputs()) {
 *         lines.add(row.key() + " " + output.spec()); // 273b5de4... float32[2]
 *       }
 *     });
 * }</pre>
 *
 * @param key its key
 * @param function the name of the function that computed it
 * @param fingerprint the digest of the function's fingerprint
 * @param outputs what it consists of; empty if its head is damaged, which {@code verify} explains
 * @param bytes what it takes in its file
 * @param stored when it was stored, to the second, by the clock of the process that stored it
 * @param segment the file it lies in, without suffix
 * @param offset bytes from the start of that file
 */
public record StoredRow(
    TensorKey key,
    String function,
    TensorKey fingerprint,
    List<StoredOutput> outputs,
    ByteSize bytes,
    Instant stored,
    String segment,
    long offset) {
  /** Copies the list. */
  public StoredRow {
    outputs = List.copyOf(outputs);
  }
}
