/** Counts what a cache, its functions and its scopes did. */
@NullMarked
package io.tensorcache.stats;

import org.jspecify.annotations.NullMarked;
