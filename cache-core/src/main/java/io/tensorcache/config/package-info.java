/** Says what a cache, its functions and its store are configured with. */
@NullMarked
package io.tensorcache.config;

import org.jspecify.annotations.NullMarked;
