/** One call of a cached function, and what the functions of a cache share. */
@NullMarked
package io.tensorcache.internal.call;

import org.jspecify.annotations.NullMarked;
