@NullMarked
package io.tensorcache.tensor;

import org.jspecify.annotations.NullMarked;
