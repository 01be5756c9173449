@file:Suppress("PropertyName") // units are written as everywhere: KiB, MiB, GiB

package io.tensorcache.dsl

import io.tensorcache.config.ByteSize

/** This many times 2^10 bytes. */
public val Int.KiB: ByteSize
  get() = ByteSize.ofKiB(toLong())

/** This many times 2^20 bytes. */
public val Int.MiB: ByteSize
  get() = ByteSize.ofMiB(toLong())

/** This many times 2^30 bytes. */
public val Int.GiB: ByteSize
  get() = ByteSize.ofGiB(toLong())
