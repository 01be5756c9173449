/** Kernel principal component analysis, its steps held in scopes. */
@NullMarked
package io.tensorcache.samples.kpca;

import org.jspecify.annotations.NullMarked;
