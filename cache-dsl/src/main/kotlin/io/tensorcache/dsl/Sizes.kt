@file:Suppress("PropertyName") // units are written as everywhere: KiB, MiB, GiB

package io.tensorcache.dsl

import io.tensorcache.config.ByteSize

/**
 * This many times 2^10 bytes.
 * <!-- region: dsl-sizes, from DslExamplesSpec.kt -->
 * ```
 * val heap = 64.MiB
 * val same = 65_536.KiB
 * val store = 1.GiB // 2^30 bytes
 * ```
 */
public val Int.KiB: ByteSize
  get() = ByteSize.ofKiB(toLong())

/**
 * This many times 2^20 bytes.
 * <!-- region: dsl-sizes, from DslExamplesSpec.kt -->
 * ```
 * val heap = 64.MiB
 * val same = 65_536.KiB
 * val store = 1.GiB // 2^30 bytes
 * ```
 */
public val Int.MiB: ByteSize
  get() = ByteSize.ofMiB(toLong())

/**
 * This many times 2^30 bytes.
 * <!-- region: dsl-sizes, from DslExamplesSpec.kt -->
 * ```
 * val heap = 64.MiB
 * val same = 65_536.KiB
 * val store = 1.GiB // 2^30 bytes
 * ```
 */
public val Int.GiB: ByteSize
  get() = ByteSize.ofGiB(toLong())
