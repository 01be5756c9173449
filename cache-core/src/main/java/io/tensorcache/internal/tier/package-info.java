/** Where rows live in memory: a heap tier and an off-heap tier over Ehcache, bounded in bytes. */
@NullMarked
package io.tensorcache.internal.tier;

import org.jspecify.annotations.NullMarked;
