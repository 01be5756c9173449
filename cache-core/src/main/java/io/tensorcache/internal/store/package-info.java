@NullMarked
package io.tensorcache.internal.store;

import org.jspecify.annotations.NullMarked;
