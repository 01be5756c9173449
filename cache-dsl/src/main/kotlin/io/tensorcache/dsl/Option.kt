package io.tensorcache.dsl

import kotlin.properties.ReadWriteProperty
import kotlin.reflect.KProperty

/** A property that hands each value to the Java builder and reads as null until it is set. */
internal class Option<V : Any>(private val set: (V) -> Unit) : ReadWriteProperty<Any, V?> {
  private var current: V? = null

  override fun getValue(thisRef: Any, property: KProperty<*>): V? = current

  override fun setValue(thisRef: Any, property: KProperty<*>, value: V?) {
    val given =
      requireNotNull(value) { "${property.name} = null: leave it out to keep the default" }
    set(given)
    current = given
  }
}
