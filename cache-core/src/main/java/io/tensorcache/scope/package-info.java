/** Says what the options and listeners of scopes are made of. */
@NullMarked
package io.tensorcache.scope;

import org.jspecify.annotations.NullMarked;
