/** Short programs with named entries: each shows one thing that scopes do. */
@NullMarked
package io.tensorcache.samples.scopes;

import org.jspecify.annotations.NullMarked;
