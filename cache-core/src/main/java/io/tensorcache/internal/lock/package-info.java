/** The locks of the library: in which order they are taken, and a lock that checks it in tests. */
@NullMarked
package io.tensorcache.internal.lock;

import org.jspecify.annotations.NullMarked;
