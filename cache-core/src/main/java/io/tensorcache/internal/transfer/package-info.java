/** Rows of a durable store on their way out of it and in again: files that other programs read. */
@NullMarked
package io.tensorcache.internal.transfer;

import org.jspecify.annotations.NullMarked;
