package io.tensorcache.samples.attention;

import org.bytedeco.pytorch.Tensor;

/**
 * What one layer of a decoder remembers of one block of tokens. Both tensors belong to whoever
 * computed them.
 *
 * @param keys {@code float32[heads, tokens, width / heads]}
 * @param values of the same shape
 */
record KeysAndValues(Tensor keys, Tensor values) {}
