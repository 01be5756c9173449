/** The rows of one cache: the tiers and the store they lie in, and what is known of them. */
@NullMarked
package io.tensorcache.internal.rows;

import org.jspecify.annotations.NullMarked;
