/** Rows in append-only files that survive a crash and are shared by processes. See FORMAT.md. */
@NullMarked
package io.tensorcache.internal.durable;

import org.jspecify.annotations.NullMarked;
