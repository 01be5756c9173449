package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.TensorSpec;

/**
 * A contiguous tensor in CUDA memory that somebody else owns, used in the legacy default stream.
 *
 * @param address on the device
 */
record CudaTensor(TensorSpec spec, long address) {}
