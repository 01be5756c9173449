/** How much of a trace of look-ups each {@code WhenFull} serves, beside what is possible. */
@NullMarked
package io.tensorcache.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
