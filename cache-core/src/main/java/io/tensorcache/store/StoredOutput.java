package io.tensorcache.store;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;

/**
 * One output of a stored row.
 *
 * @param name the output's name; that of its position if the function gave none
 * @param spec dtype and shape of the row as the function returned it
 * @param storedAs the dtype it is stored in
 * @param codec how its bytes are written: raw, lz4 or shuffled-lz4
 */
public record StoredOutput(String name, TensorSpec spec, DType storedAs, String codec) {}
