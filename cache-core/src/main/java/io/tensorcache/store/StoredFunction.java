package io.tensorcache.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.time.Instant;

/**
 * The rows of one function under one fingerprint in a durable store.
 * <!-- region: stored-function, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * StoredFunction squares = store.functions().get(0);
 * String what = squares.function() + " under " + squares.fingerprint();
 * Duration age = Duration.between(squares.newest(), Instant.now());
 * }</pre>
 *
 * @param function the name of the function
 * @param fingerprint the digest of its fingerprint
 * @param rows how many; a row stored by two processes counts twice
 * @param bytes what they take in the files, without index
 * @param oldest when the first of them was stored, to the second
 * @param newest when the last of them was stored
 */
public record StoredFunction(
    String function,
    TensorKey fingerprint,
    long rows,
    ByteSize bytes,
    Instant oldest,
    Instant newest) {}
