/** Starts the samples: one command each. */
@NullMarked
package io.tensorcache.samples;

import org.jspecify.annotations.NullMarked;
