/**
 * Computes the keys of rows: TCH1 (see KEY.md) and, for comparison, torchcache's hash; in Java and
 * through the C++ library, with the same result.
 */
@NullMarked
package io.tensorcache.internal.key;

import org.jspecify.annotations.NullMarked;
