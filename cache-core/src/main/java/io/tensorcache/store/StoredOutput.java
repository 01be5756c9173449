package io.tensorcache.store;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;

/**
 * One output of a stored row.
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
 * @param name the output's name; that of its position if the function gave none
 * @param spec dtype and shape of the row as the function returned it
 * @param storedAs the dtype it is stored in
 * @param codec how its bytes are written: raw, lz4 or shuffled-lz4
 */
public record StoredOutput(String name, TensorSpec spec, DType storedAs, String codec) {}
