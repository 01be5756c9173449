/** Times of keys, hits and epochs on a CUDA device. */
@NullMarked
package io.tensorcache.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
