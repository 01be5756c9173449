@NullMarked
package io.tensorcache.internal.key;

import org.jspecify.annotations.NullMarked;
