package io.tensorcache.pytorch;

/**
 * Marks of a tensor by which a change that PyTorch keeps count of is noticed: in-place operations
 * (the version counter), another tensor in its place, another storage, shape or strides.
 */
interface TensorMarks extends AutoCloseable {
  /** Whether all are as they were when this was made. */
  boolean areUnchanged();

  /** Whether all of them are among the pieces that each look compares anyway. */
  boolean arePieces();

  /**
   * Whether the memory that the tensor had then is still allocated, given that its storage is, and
   * no operation on it was counted since.
   */
  boolean isMemoryUncounted();

  /** Frees what is held; must not be used afterwards. */
  @Override
  void close();
}
