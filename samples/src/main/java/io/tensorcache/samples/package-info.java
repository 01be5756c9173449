/** Programs that show what tensorcache does, on real data. */
@NullMarked
package io.tensorcache.samples;

import org.jspecify.annotations.NullMarked;
