/** Real digits, the frozen networks that look at them, and the head that learns from those. */
@NullMarked
package io.tensorcache.samples.digits;

import org.jspecify.annotations.NullMarked;
