@NullMarked
package io.tensorcache.internal.codec;

import org.jspecify.annotations.NullMarked;
