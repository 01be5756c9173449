/** JSON as it is written and read here: nothing but maps, lists, text, numbers and booleans. */
@NullMarked
package io.tensorcache.internal.json;

import org.jspecify.annotations.NullMarked;
