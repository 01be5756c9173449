/** Caches the outputs of expensive tensor computations, keyed by what they were computed from. */
@NullMarked
package io.tensorcache;

import org.jspecify.annotations.NullMarked;
