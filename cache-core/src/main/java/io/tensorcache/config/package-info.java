@NullMarked
package io.tensorcache.config;

import org.jspecify.annotations.NullMarked;
