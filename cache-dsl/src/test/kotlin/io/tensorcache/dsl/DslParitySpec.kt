package io.tensorcache.dsl

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.tensorcache.FunctionBuilder
import io.tensorcache.ScopeBuilder
import io.tensorcache.ScopeEntry
import io.tensorcache.StoreBuilder
import io.tensorcache.TensorCacheBuilder
import java.lang.reflect.Modifier

/** The DSL offers the options of the Java builders, word for word, and nothing else. */
class DslParitySpec :
  FunSpec({
    test("the cache's options are those of TensorCacheBuilder") {
      val dsl =
        options(TensorCacheOptions::class.java) +
          options(TierOptions::class.java) +
          options(KeyOptions::class.java)
      dsl - setOf("tiers", "keys") shouldContainExactlyInAnyOrder
        builderOptions(TensorCacheBuilder::class.java)
    }

    test("a function's options are those of FunctionBuilder") {
      options(FunctionOptions::class.java) shouldContainExactlyInAnyOrder
        builderOptions(FunctionBuilder::class.java) - setOf("wrap", "wrapOperation")
    }

    test("a store's options are those of StoreBuilder") {
      options(StoreOptions::class.java) shouldContainExactlyInAnyOrder
        builderOptions(StoreBuilder::class.java)
    }

    test("a scope's options are those of ScopeBuilder") {
      options(ScopeOptions::class.java) shouldContainExactlyInAnyOrder
        builderOptions(ScopeBuilder::class.java)
    }

    test("an entry's terms are those of ScopeEntry") {
      options(EntryTerms::class.java) shouldContainExactlyInAnyOrder
        builderOptions(ScopeEntry::class.java) - setOf("get", "overwrite", "put", "take")
    }

    test("every property of the DSL can be read back and is null before it is set") {
      listOf(
          TensorCacheOptions::class.java,
          TierOptions::class.java,
          KeyOptions::class.java,
          FunctionOptions::class.java,
          StoreOptions::class.java,
          ScopeOptions::class.java,
          EntryTerms::class.java,
        )
        .flatMap { it.methods.filter { method -> method.name.startsWith("set") } }
        .forEach { setter ->
          val getter = setter.declaringClass.getMethod("g" + setter.name.substring(1))
          getter.returnType shouldBe setter.parameterTypes.single()
        }
    }
  })

private fun builderOptions(type: Class<*>): Set<String> =
  type.methods
    .filter {
      it.declaringClass == type && it.parameterCount == 1 && !Modifier.isStatic(it.modifiers)
    }
    .map { it.name }
    .toSet()

private fun options(scope: Class<*>): Set<String> =
  scope.methods
    .filter { it.declaringClass == scope && it.parameterCount == 1 }
    .map { it.name.removePrefix("set").replaceFirstChar(Char::lowercase) }
    .toSet()
