package io.tensorcache.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.util.List;

/**
 * What an export wrote.
 * <!-- region: export-rows, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * ExportedRows written =
 *     store.exportRows("squares", null, ExportFormat.NPY, exported, rowsSoFar -> {});
 * List<String> files = written.files(); // the manifest last
 * }</pre>
 *
 * @param function whose rows they are
 * @param fingerprint the digest of their fingerprint
 * @param rows rows written
 * @param skipped rows left out because they could not be read or are corrupt
 * @param bytes of all files but the manifest
 * @param files their names, the manifest last
 */
public record ExportedRows(
    String function,
    TensorKey fingerprint,
    long rows,
    long skipped,
    ByteSize bytes,
    List<String> files) {
  /** Copies the list. */
  public ExportedRows {
    files = List.copyOf(files);
  }
}
