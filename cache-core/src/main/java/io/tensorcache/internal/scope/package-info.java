/** The named entries of scopes: what is kept, for how long, and who computes it. */
@NullMarked
package io.tensorcache.internal.scope;

import org.jspecify.annotations.NullMarked;
