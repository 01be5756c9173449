package io.tensorcache.store;

/** How exported rows are written. */
public enum ExportFormat {
  /**
   * A {@code .npy} file of numpy for the keys and one for each output. It has no bfloat16 and no
   * 8-bit floats: their bits are written as {@code uint16} and {@code uint8}, which the manifest
   * says.
   */
  NPY,
  /** One safetensors file for keys and outputs together. It has no complex128. */
  SAFETENSORS
}
