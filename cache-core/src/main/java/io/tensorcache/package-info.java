/**
 * Caches the outputs of expensive tensor computations, keyed by what they were computed from.
 *
 * <p>{@link io.tensorcache.TensorCache} is where to begin: build a cache, wrap a function with a
 * {@link io.tensorcache.Fingerprint} of what its outputs depend on, and call what is returned.
 * {@link io.tensorcache.Scope} keeps single values by name, and {@link io.tensorcache.RowStore}
 * looks at what persists.
 */
@NullMarked
package io.tensorcache;

import org.jspecify.annotations.NullMarked;
