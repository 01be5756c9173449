package io.tensorcache.scope;

import io.tensorcache.config.CacheLevel;
import org.jspecify.annotations.Nullable;

/**
 * An entry that left its scope.
 * <!-- region: scope-listener, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Scope<HostTensor> scope =
 *     cache
 *         .scopeBuilder("kpca", HostTensor.adapter())
 *         .maxEntries(1)
 *         .listener(
 *             removal -> {
 *               if (removal.cause() == RemovalCause.EVICTED) {
 *                 told.add(removal.name());
 *               }
 *             })
 *         .open();
 * scope.put("a", x);
 * scope.put("b", x); // no room for both: "a" was told to have left
 * }</pre>
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
