/** One computation that other threads may wait for, and how long they do. */
@NullMarked
package io.tensorcache.internal.flight;

import org.jspecify.annotations.NullMarked;
