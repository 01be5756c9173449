/**
 * Describes tensors as the cache sees them: dtype and shape, memory, and the adapter of an engine.
 */
@NullMarked
package io.tensorcache.tensor;

import org.jspecify.annotations.NullMarked;
