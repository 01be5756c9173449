// The native methods of io.tensorcache.internal.key.NativeBinding: Java arrays become pointers for the time of a call, and
// nothing else happens here. Written by hand: what JavaCPP generates starts its thread when it is loaded, and the class loader
// of a program could never go.
#include <jni.h>

#include "tensorcache/tensorcache.h"

static_assert(sizeof(jlong) == sizeof(int64_t) && sizeof(jbyte) == sizeof(uint8_t));

namespace {

// The elements of an array of longs; null if there is none, or no memory, which the library refuses.
class Longs {
 public:
  // mode is 0 for what is written, JNI_ABORT for what is only read.
  Longs(JNIEnv* env, jlongArray array, jint mode)
      : env_(env),
        array_(array),
        mode_(mode),
        elements_(array == nullptr ? nullptr : env->GetLongArrayElements(array, nullptr)) {}

  ~Longs() {
    if (elements_ != nullptr) {
      env_->ReleaseLongArrayElements(array_, elements_, mode_);
    }
  }

  Longs(const Longs&) = delete;
  Longs& operator=(const Longs&) = delete;

  int64_t* get() const { return reinterpret_cast<int64_t*>(elements_); }

 private:
  JNIEnv* env_;
  jlongArray array_;
  jint mode_;
  jlong* elements_;
};

const tensorcache_key* key_at(jlong address) { return reinterpret_cast<const tensorcache_key*>(address); }

const void* memory_at(jlong address) { return reinterpret_cast<const void*>(address); }

}  // namespace

#define NATIVE_METHOD(type, name) extern "C" JNIEXPORT type JNICALL Java_io_tensorcache_internal_key_NativeBinding_##name

NATIVE_METHOD(jint, abiVersion)(JNIEnv*, jclass) { return tensorcache_abi_version(); }

NATIVE_METHOD(jstring, lastError)(JNIEnv* env, jclass) { return env->NewStringUTF(tensorcache_last_error()); }

NATIVE_METHOD(jint, createKey)(JNIEnv* env, jclass, jbyteArray seed, jstring backend, jlongArray key) {
  uint8_t bytes[32];
  env->GetByteArrayRegion(seed, 0, sizeof(bytes), reinterpret_cast<jbyte*>(bytes));
  if (env->ExceptionCheck()) {
    return TENSORCACHE_BAD_ARGUMENT;
  }
  const char* name = env->GetStringUTFChars(backend, nullptr);
  if (name == nullptr) {
    return TENSORCACHE_OUT_OF_MEMORY;
  }
  tensorcache_key* created = nullptr;
  const jint result = tensorcache_key_create(bytes, name, &created);
  env->ReleaseStringUTFChars(backend, name);
  const jlong address = reinterpret_cast<jlong>(created);
  env->SetLongArrayRegion(key, 0, 1, &address);
  return result;
}

NATIVE_METHOD(void, destroyKey)(JNIEnv*, jclass, jlong key) { tensorcache_key_destroy(reinterpret_cast<tensorcache_key*>(key)); }

NATIVE_METHOD(jstring, keyBackend)(JNIEnv* env, jclass, jlong key) {
  return env->NewStringUTF(tensorcache_key_backend(key_at(key)));
}

NATIVE_METHOD(jint, keyMaterial)(JNIEnv* env, jclass, jlong key, jlongArray words, jlong word_count) {
  return tensorcache_key_material(key_at(key), Longs(env, words, 0).get(), word_count);
}

NATIVE_METHOD(jlong, address)(JNIEnv* env, jclass, jobject buffer) {
  return reinterpret_cast<jlong>(env->GetDirectBufferAddress(buffer));
}

NATIVE_METHOD(jint, tch1Rows)
(JNIEnv* env, jclass, jlong key, jlong address, jlong rows, jlong row_stride, jlong row_bytes, jlong t0, jlong t1,
 jlongArray out) {
  return tensorcache_tch1_rows(key_at(key), memory_at(address), rows, row_stride, row_bytes, t0, t1, Longs(env, out, 0).get());
}

NATIVE_METHOD(jint, tch1Strided)
(JNIEnv* env, jclass, jlong key, jlong address, jlong rows, jlong row_stride, jint element_bytes, jint rank, jlongArray dims,
 jlongArray strides, jlong step, jlong t0, jlong t1, jlongArray out) {
  return tensorcache_tch1_strided(key_at(key), memory_at(address), rows, row_stride, element_bytes, rank,
                                  Longs(env, dims, JNI_ABORT).get(), Longs(env, strides, JNI_ABORT).get(), step, t0, t1,
                                  Longs(env, out, 0).get());
}

NATIVE_METHOD(jint, torchcacheRows)
(JNIEnv* env, jclass, jlong address, jlong rows, jlong row_stride, jint dtype, jint rank, jlongArray dims, jlongArray strides,
 jlong step, jlongArray out) {
  return tensorcache_torchcache_rows(memory_at(address), rows, row_stride, dtype, rank, Longs(env, dims, JNI_ABORT).get(),
                                     Longs(env, strides, JNI_ABORT).get(), step, Longs(env, out, 0).get());
}
