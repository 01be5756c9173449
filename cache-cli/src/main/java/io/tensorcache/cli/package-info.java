/**
 * The command line: what a durable store holds, seen and changed without a program of one's own.
 */
@NullMarked
package io.tensorcache.cli;

import org.jspecify.annotations.NullMarked;
