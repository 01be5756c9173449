/**
 * Features of three levels of importance under a memory limit, beside a map that keeps them all.
 */
@NullMarked
package io.tensorcache.samples.multilevel;

import org.jspecify.annotations.NullMarked;
