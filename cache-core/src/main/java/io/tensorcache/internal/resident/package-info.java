/** Rows that stay in the memory of a device. */
@NullMarked
package io.tensorcache.internal.resident;

import org.jspecify.annotations.NullMarked;
