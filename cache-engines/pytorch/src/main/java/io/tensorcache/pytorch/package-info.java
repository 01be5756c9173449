/**
 * tensorcache for PyTorch by the JavaCPP presets: the adapter for its tensors, and cached modules.
 */
@NullMarked
package io.tensorcache.pytorch;

import org.jspecify.annotations.NullMarked;
