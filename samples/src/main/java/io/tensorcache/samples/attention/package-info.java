/** A small decoder whose keys and values are cached by layer and prefix. */
@NullMarked
package io.tensorcache.samples.attention;

import org.jspecify.annotations.NullMarked;
