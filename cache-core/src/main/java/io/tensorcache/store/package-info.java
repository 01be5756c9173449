/** Says what a durable store holds, and what was done with it. */
@NullMarked
package io.tensorcache.store;

import org.jspecify.annotations.NullMarked;
