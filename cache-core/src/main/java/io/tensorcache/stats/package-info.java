@NullMarked
package io.tensorcache.stats;

import org.jspecify.annotations.NullMarked;
