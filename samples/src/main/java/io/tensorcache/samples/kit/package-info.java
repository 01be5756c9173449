/** What the samples share: options, output, memory. */
@NullMarked
package io.tensorcache.samples.kit;

import org.jspecify.annotations.NullMarked;
