package io.tensorcache.samples.scopes;

import org.bytedeco.pytorch.Tensor;

/**
 * What a linear classifier learns from in one step.
 *
 * @param features {@code float32[n, features]}
 * @param labels {@code float32[n, 10]}: 1 at the digit, else 0
 */
record TrainingBatch(Tensor features, Tensor labels) {}
