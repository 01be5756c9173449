/** A linear head trained on the features of a frozen network, with and without the cache. */
@NullMarked
package io.tensorcache.samples.frozen;

import org.jspecify.annotations.NullMarked;
