package io.tensorcache.store;

/**
 * How exported rows are written.
 * <!-- region: export-rows, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * ExportedRows written =
 *     store.exportRows("squares", null, ExportFormat.NPY, exported, rowsSoFar -> {});
 * List<String> files = written.files(); // the manifest last
 * }</pre>
 */
public enum ExportFormat {
  /**
   * The keys are a {@code .npy} file of numpy, and so is each output. That format has no bfloat16
   * and no 8-bit floats: their bits are written as {@code uint16} and {@code uint8}, which the
   * manifest says.
   */
  NPY,
  /** Keys and outputs are one safetensors file together. That format has no complex128. */
  SAFETENSORS
}
