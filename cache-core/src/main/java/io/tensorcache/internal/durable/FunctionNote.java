package io.tensorcache.internal.durable;

/**
 * What a store remembers of a function under a fingerprint besides its rows.
 *
 * @param of which function and fingerprint
 * @param rows that were computed when the time was measured; 0 if it was not
 * @param nanos that computing them took
 * @param code names the code that computed them, as far as that can be told; empty if it cannot
 */
public record FunctionNote(Provenance of, long rows, long nanos, String code) {}
