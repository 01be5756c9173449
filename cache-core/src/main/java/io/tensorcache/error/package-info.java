@NullMarked
package io.tensorcache.error;

import org.jspecify.annotations.NullMarked;
