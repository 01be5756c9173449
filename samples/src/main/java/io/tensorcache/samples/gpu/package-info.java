/** Times of keys, hits and epochs on a CUDA device. */
@NullMarked
package io.tensorcache.samples.gpu;

import org.jspecify.annotations.NullMarked;
