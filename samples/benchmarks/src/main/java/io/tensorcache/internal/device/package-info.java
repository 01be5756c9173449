/** What is measured only from inside the cache's own package of this name: launches and events. */
@NullMarked
package io.tensorcache.internal.device;

import org.jspecify.annotations.NullMarked;
