/**
 * Computes the keys of rows: TCH1 (see KEY.md) and, for comparison, torchcache's hash; in Java and
 * through the C++ library, with the same result. {@link io.tensorcache.internal.key.MemoryPieces}
 * compares memory by the same library.
 */
@NullMarked
package io.tensorcache.internal.key;

import org.jspecify.annotations.NullMarked;
