/**
 * CUDA devices through the driver API: loading, memory, copies, and the launches of the key
 * kernels, and rows that stay in device memory. The only package that imports JCuda, and in it only
 * {@link io.tensorcache.internal.device.Driver}, {@link io.tensorcache.internal.device.PoolDriver},
 * {@link io.tensorcache.internal.device.DriverLibrary} and {@link
 * io.tensorcache.internal.device.Handles}, so that everything else loads without it.
 */
@NullMarked
package io.tensorcache.internal.device;

import org.jspecify.annotations.NullMarked;
