/** Which rows a full stack of tiers lets in: those that are asked for more often than others. */
@NullMarked
package io.tensorcache.internal.gate;

import org.jspecify.annotations.NullMarked;
