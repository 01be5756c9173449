/**
 * Names what can go wrong: each kind of failure is a class, which is thrown or told to the
 * listener.
 */
@NullMarked
package io.tensorcache.error;

import org.jspecify.annotations.NullMarked;
