/** What a stored row looks like in bytes: entry format, checksum, compression, stored dtype. */
@NullMarked
package io.tensorcache.internal.codec;

import org.jspecify.annotations.NullMarked;
