package io.tensorcache.scope;

import io.tensorcache.config.CacheLevel;
import org.jspecify.annotations.Nullable;

/**
 * An entry that left its scope.
 *
 * @param scope the path of the scope, its name last
 * @param name the name of the entry
 * @param level the level of the entry
 * @param cause why it left
 * @param value the value if the scope held it by reference and it is still there, else null. It is
 *     the program's own, as it always was: the scope frees nothing.
 */
public record Removal(
    String scope, String name, CacheLevel level, RemovalCause cause, @Nullable Object value) {}
