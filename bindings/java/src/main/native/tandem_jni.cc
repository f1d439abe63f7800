// tandem.Native: the C API as native methods. A thread that is not Java's is attached for a callback, and stays so
// until it ends.
#include <jni.h>
#include <pthread.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "tandem/tandem.h"

namespace {

JavaVM* vm = nullptr;
pthread_key_t attached;  // detaches a thread that was attached here when it ends

jclass native_class = nullptr;
jclass bytes_class = nullptr;
jmethodID make_failure = nullptr;
jmethodID make_error = nullptr;
jmethodID receive_log = nullptr;
jmethodID receive_chunk = nullptr;

// A Java exception is pending.
struct Thrown : std::exception {};

void Check(JNIEnv* env) {
  if (env->ExceptionCheck() == JNI_TRUE) throw Thrown();
}

// Local references end with it.
class Locals {
 public:
  explicit Locals(JNIEnv* env, jint capacity = 32) : env_(env) {
    if (env->PushLocalFrame(capacity) != JNI_OK) throw Thrown();
  }
  ~Locals() {
    if (env_ != nullptr) env_->PopLocalFrame(nullptr);
  }
  Locals(const Locals&) = delete;
  Locals& operator=(const Locals&) = delete;

  template <typename T>
  T Keep(T object) {
    JNIEnv* env = env_;
    env_ = nullptr;
    return static_cast<T>(env->PopLocalFrame(object));
  }

 private:
  JNIEnv* env_;
};

std::string TextOf(JNIEnv* env, jbyteArray array) {
  std::string text(static_cast<std::size_t>(env->GetArrayLength(array)), '\0');
  env->GetByteArrayRegion(array, 0, static_cast<jsize>(text.size()), reinterpret_cast<jbyte*>(text.data()));
  Check(env);
  return text;
}

std::vector<std::string> TextsOf(JNIEnv* env, jobjectArray array) {
  const jsize count = env->GetArrayLength(array);
  std::vector<std::string> texts;
  for (jsize at = 0; at < count; ++at) {
    auto* const item = static_cast<jbyteArray>(env->GetObjectArrayElement(array, at));
    Check(env);
    texts.push_back(TextOf(env, item));
    env->DeleteLocalRef(item);
  }
  return texts;
}

std::vector<jlong> NumbersOf(JNIEnv* env, jlongArray array) {
  std::vector<jlong> numbers(static_cast<std::size_t>(env->GetArrayLength(array)));
  env->GetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
  Check(env);
  return numbers;
}

tandem_bytes ToC(const std::string& text) {
  return {text.data(), text.size()};
}

std::vector<tandem_bytes> ToC(const std::vector<std::string>& texts) {
  std::vector<tandem_bytes> all;
  all.reserve(texts.size());
  for (const std::string& text : texts) all.push_back(ToC(text));
  return all;
}

jbyteArray ToJava(JNIEnv* env, tandem_bytes bytes) {
  jbyteArray array = bytes.size > INT32_MAX ? nullptr : env->NewByteArray(static_cast<jsize>(bytes.size));
  if (array == nullptr) {
    if (env->ExceptionCheck() == JNI_FALSE) {
      env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), "a response of 2 GiB or more");
    }
    throw Thrown();
  }
  env->SetByteArrayRegion(array, 0, static_cast<jsize>(bytes.size), reinterpret_cast<const jbyte*>(bytes.data));
  Check(env);
  return array;
}

void ThrowMade(JNIEnv* env, jobject exception) {
  Check(env);
  if (exception != nullptr) env->Throw(static_cast<jthrowable>(exception));
  throw Thrown();
}

struct FreeFailure {
  void operator()(tandem_failure* failure) const { tandem_failure_free(failure); }
};
struct FreeOutcome {
  void operator()(tandem_outcome* outcome) const { tandem_outcome_free(outcome); }
};

void Require(JNIEnv* env, tandem_failure* failure) {
  if (failure == nullptr) return;
  const std::unique_ptr<tandem_failure, FreeFailure> owned(failure);
  const Locals locals(env);
  jbyteArray message = ToJava(env, tandem_text(tandem_failure_message(failure)));
  ThrowMade(env, env->CallStaticObjectMethod(native_class, make_failure,
                                             static_cast<jint>(tandem_failure_code(failure)), message));
}

void RequireSuccess(JNIEnv* env, const tandem_outcome* outcome) {
  if (tandem_outcome_is_error(outcome) == 0) return;
  const Locals locals(env);
  const std::size_t count = tandem_outcome_stack_size(outcome);
  jobjectArray stack = env->NewObjectArray(static_cast<jsize>(count), bytes_class, nullptr);
  Check(env);
  for (std::size_t at = 0; at < count; ++at) {
    jbyteArray frame = ToJava(env, tandem_outcome_stack_frame(outcome, at));
    env->SetObjectArrayElement(stack, static_cast<jsize>(at), frame);
    Check(env);
    env->DeleteLocalRef(frame);
  }
  ThrowMade(env, env->CallStaticObjectMethod(native_class, make_error, ToJava(env, tandem_outcome_error_type(outcome)),
                                             ToJava(env, tandem_outcome_error_message(outcome)), stack,
                                             ToJava(env, tandem_outcome_payload(outcome))));
}

// A pending Java exception is thrown when the native method returns.
template <typename Body>
auto Guarded(JNIEnv* env, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Thrown&) {  // NOLINT(bugprone-empty-catch): the exception is Java's, and pending
  } catch (const std::bad_alloc&) {
    env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), "native memory");
  }
  return decltype(body())();
}

JNIEnv* EnvOfThread() {
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_1_8) == JNI_OK) return static_cast<JNIEnv*>(env);
  if (vm->AttachCurrentThreadAsDaemon(&env, nullptr) != JNI_OK) return nullptr;
  pthread_setspecific(attached, vm);
  return static_cast<JNIEnv*>(env);
}

// What a callback's receiver throws is told to nobody but the thread's handler of such: there is no caller of its own.
void Report(JNIEnv* env) {
  if (env->ExceptionCheck() == JNI_FALSE) return;
  env->ExceptionDescribe();
  env->ExceptionClear();
}

void OnLog(void* arg, const tandem_log_event* event) {
  JNIEnv* const env = EnvOfThread();
  if (env == nullptr) return;
  try {
    const Locals locals(env);
    env->CallVoidMethod(
        static_cast<jobject>(arg), receive_log, ToJava(env, event->text), ToJava(env, event->function_name),
        ToJava(env, event->request_id), ToJava(env, event->log_stream_name), static_cast<jlong>(event->time_us),
        static_cast<jint>(event->origin), static_cast<jint>(event->level), static_cast<jint>(event->format));
  } catch (const Thrown&) {  // NOLINT(bugprone-empty-catch): the exception is Java's, and pending
  }
  Report(env);
}

struct Chunks {
  jobject receiver;
};

int32_t OnChunk(void* arg, tandem_bytes chunk) {
  JNIEnv* const env = EnvOfThread();
  if (env == nullptr) return 1;
  jboolean goes_on = JNI_FALSE;
  try {
    const Locals locals(env);
    goes_on = env->CallBooleanMethod(static_cast<Chunks*>(arg)->receiver, receive_chunk, ToJava(env, chunk));
  } catch (const Thrown&) {  // NOLINT(bugprone-empty-catch): the exception is Java's, and pending
  }
  if (env->ExceptionCheck() == JNI_TRUE) goes_on = JNI_FALSE;
  Report(env);
  return goes_on == JNI_TRUE ? 0 : 1;
}

// A runtime and the receiver of its log.
struct Runtime {
  tandem_runtime* handle = nullptr;
  jobject log = nullptr;  // a global reference; NULL: none
};

template <typename T>
T* FromJava(jlong handle) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): Java has no pointers
  return reinterpret_cast<T*>(static_cast<std::intptr_t>(handle));
}

jlong ToJava(const void* handle) {
  return static_cast<jlong>(reinterpret_cast<std::intptr_t>(handle));
}

jbyteArray JNICALL Version(JNIEnv* env, jclass) {
  return Guarded(env, [&] { return ToJava(env, tandem_text(tandem_version())); });
}

jlong JNICALL CreateRuntime(JNIEnv* env, jclass, jobjectArray loader_dirs, jobjectArray language_options,
                            jobjectArray paths, jlongArray numbers, jobject log) {
  return Guarded(env, [&] {
    const std::vector<std::string> dirs = TextsOf(env, loader_dirs);
    const std::vector<std::string> settings = TextsOf(env, language_options);
    const std::vector<std::string> folders = TextsOf(env, paths);
    const std::vector<jlong> counts = NumbersOf(env, numbers);
    const std::vector<tandem_bytes> c_dirs = ToC(dirs);
    std::vector<tandem_language_option> c_settings;
    for (std::size_t at = 0; at + 2 < settings.size(); at += 3) {
      c_settings.push_back({ToC(settings[at]), ToC(settings[at + 1]), ToC(settings[at + 2])});
    }
    tandem_runtime_options options = tandem_runtime_defaults();
    options.loader_dirs = c_dirs.data();
    options.loader_dirs_size = c_dirs.size();
    options.language_options = c_settings.data();
    options.language_options_size = c_settings.size();
    options.cache_dir = ToC(folders.at(0));
    options.worker_program_dir = ToC(folders.at(1));
    options.most_workers = static_cast<std::size_t>(counts.at(0));
    options.most_workers_per_function = static_cast<std::size_t>(counts.at(1));
    options.worker_idle_ms = counts.at(2);
    options.worker_init_ms = counts.at(3);
    options.platform_logs = static_cast<int32_t>(counts.at(4));
    options.strict_runtimes = static_cast<int32_t>(counts.at(5));
    auto made = std::make_unique<Runtime>();
    if (log != nullptr) {
      made->log = env->NewGlobalRef(log);
      if (made->log == nullptr) throw std::bad_alloc();
      options.log = &OnLog;
      options.log_arg = made->log;
    }
    tandem_failure* const failure = tandem_runtime_create(&options, &made->handle);
    if (failure != nullptr && made->log != nullptr) env->DeleteGlobalRef(made->log);
    Require(env, failure);
    return ToJava(made.release());
  });
}

void JNICALL CloseRuntime(JNIEnv* env, jclass, jlong runtime) {
  Guarded(env, [&] {
    const std::unique_ptr<Runtime> owned(FromJava<Runtime>(runtime));
    tandem_failure* const failure = tandem_runtime_close(owned->handle);
    if (owned->log != nullptr) env->DeleteGlobalRef(owned->log);
    Require(env, failure);
  });
}

std::vector<tandem_variable> PairsOf(const std::vector<std::string>& texts) {
  std::vector<tandem_variable> pairs;
  for (std::size_t at = 0; at + 1 < texts.size(); at += 2) pairs.push_back({ToC(texts[at]), ToC(texts[at + 1])});
  return pairs;
}

// `of_template` is empty where the function is of none.
tandem_failure* LoadWith(tandem_runtime* runtime, const tandem_load_options& options,
                         const std::vector<std::string>& of_template, const std::vector<tandem_variable>& parameters,
                         tandem_loaded_function** function) {
  if (of_template.empty()) return tandem_load(runtime, &options, function);
  tandem_template_options template_options = tandem_template_defaults();
  template_options.path = ToC(of_template.at(0));
  template_options.function = ToC(of_template.at(1));
  template_options.region = ToC(of_template.at(2));
  template_options.parameters = parameters.data();
  template_options.parameters_size = parameters.size();
  return tandem_load_from_template(runtime, &template_options, &options, function);
}

jlong JNICALL Load(JNIEnv* env, jclass, jlong runtime, jobjectArray texts, jobjectArray layers, jobjectArray variables,
                   jlongArray numbers, jobjectArray of_template, jobjectArray parameters) {
  return Guarded(env, [&] {
    const std::vector<std::string> given = TextsOf(env, texts);
    const std::vector<std::string> folders = TextsOf(env, layers);
    const std::vector<std::string> pairs = TextsOf(env, variables);
    const std::vector<jlong> counts = NumbersOf(env, numbers);
    const std::vector<tandem_bytes> c_layers = ToC(folders);
    const std::vector<tandem_variable> c_variables = PairsOf(pairs);
    const std::vector<std::string> template_texts = TextsOf(env, of_template);
    const std::vector<std::string> parameter_pairs = TextsOf(env, parameters);
    tandem_load_options options = tandem_load_defaults();
    options.handler = ToC(given.at(0));
    options.code = ToC(given.at(1));
    options.runtime = ToC(given.at(2));
    options.name = ToC(given.at(3));
    options.log_format = ToC(given.at(4));
    options.log_level = ToC(given.at(5));
    options.layers = c_layers.data();
    options.layers_size = c_layers.size();
    options.variables = c_variables.data();
    options.variables_size = c_variables.size();
    options.timeout_ms = counts.at(0);
    options.memory_size_mb = static_cast<int32_t>(counts.at(1));
    options.max_concurrency = static_cast<int32_t>(counts.at(2));
    options.isolation = static_cast<int32_t>(counts.at(3));
    tandem_loaded_function* function = nullptr;
    Require(env,
            LoadWith(FromJava<Runtime>(runtime)->handle, options, template_texts, PairsOf(parameter_pairs), &function));
    return ToJava(function);
  });
}

jbyteArray JNICALL Warning(JNIEnv* env, jclass, jlong function) {
  return Guarded(env, [&] { return ToJava(env, tandem_load_warning(FromJava<tandem_loaded_function>(function))); });
}

void JNICALL Prepare(JNIEnv* env, jclass, jlong function) {
  Guarded(env, [&] {
    tandem_outcome* outcome = nullptr;
    Require(env, tandem_prepare(FromJava<tandem_loaded_function>(function), &outcome));
    const std::unique_ptr<tandem_outcome, FreeOutcome> owned(outcome);
    RequireSuccess(env, outcome);
  });
}

void JNICALL Unload(JNIEnv* env, jclass, jlong function) {
  Guarded(env, [&] { Require(env, tandem_unload(FromJava<tandem_loaded_function>(function))); });
}

jbyteArray JNICALL Invoke(JNIEnv* env, jclass, jlong function, jbyteArray payload, jobjectArray given,
                          jobject chunk_receiver) {
  return Guarded(env, [&] {
    const std::string event = TextOf(env, payload);
    std::vector<std::string> texts;
    Chunks chunks{chunk_receiver};
    tandem_invoke_options options = tandem_invoke_defaults();
    if (given != nullptr) {
      texts = TextsOf(env, given);
      options.request_id = ToC(texts.at(0));
      options.client_context = ToC(texts.at(1));
      options.cognito_identity = ToC(texts.at(2));
      options.trace_id = ToC(texts.at(3));
      options.tenant_id = ToC(texts.at(4));
      options.qualifier = ToC(texts.at(5));
    }
    if (chunk_receiver != nullptr) {
      // Another thread may bring the chunks, which has no use of a local reference.
      chunks.receiver = env->NewGlobalRef(chunk_receiver);
      if (chunks.receiver == nullptr) throw std::bad_alloc();
      options.chunk = &OnChunk;
      options.chunk_arg = &chunks;
    }
    tandem_outcome* outcome = nullptr;
    tandem_failure* const failure =
        tandem_invoke(FromJava<tandem_loaded_function>(function), ToC(event), &options, &outcome);
    const std::unique_ptr<tandem_outcome, FreeOutcome> owned(outcome);
    if (chunk_receiver != nullptr) env->DeleteGlobalRef(chunks.receiver);
    Require(env, failure);
    RequireSuccess(env, outcome);
    return ToJava(env, tandem_outcome_payload(outcome));
  });
}

void JNICALL Cancel(JNIEnv* env, jclass, jlong function, jbyteArray request_id) {
  Guarded(env, [&] {
    const std::string id = TextOf(env, request_id);
    Require(env, tandem_cancel(FromJava<tandem_loaded_function>(function), ToC(id)));
  });
}

JNINativeMethod Method(const char* name, const char* signature, void* function) {
  return {const_cast<char*>(name), const_cast<char*>(signature), function};
}

bool Register(JNIEnv* env) {
  JNINativeMethod methods[] = {
      Method("version", "()[B", reinterpret_cast<void*>(&Version)),
      Method("createRuntime", "([[B[[B[[B[JLtandem/Native$LogReceiver;)J", reinterpret_cast<void*>(&CreateRuntime)),
      Method("closeRuntime", "(J)V", reinterpret_cast<void*>(&CloseRuntime)),
      Method("load", "(J[[B[[B[[B[J[[B[[B)J", reinterpret_cast<void*>(&Load)),
      Method("warning", "(J)[B", reinterpret_cast<void*>(&Warning)),
      Method("prepare", "(J)V", reinterpret_cast<void*>(&Prepare)),
      Method("unload", "(J)V", reinterpret_cast<void*>(&Unload)),
      Method("invoke", "(J[B[[BLtandem/Native$ChunkReceiver;)[B", reinterpret_cast<void*>(&Invoke)),
      Method("cancel", "(J[B)V", reinterpret_cast<void*>(&Cancel))};
  return env->RegisterNatives(native_class, methods, sizeof methods / sizeof methods[0]) == JNI_OK;
}

bool Resolve(JNIEnv* env) {
  const auto global = [env](const char* name) {
    jclass found = env->FindClass(name);
    return found == nullptr ? nullptr : static_cast<jclass>(env->NewGlobalRef(found));
  };
  native_class = global("tandem/Native");
  bytes_class = global("[B");
  if (native_class == nullptr || bytes_class == nullptr) return false;
  jclass log = env->FindClass("tandem/Native$LogReceiver");
  if (log == nullptr) return false;
  receive_log = env->GetMethodID(log, "receive", "([B[B[B[BJIII)V");
  jclass chunks = env->FindClass("tandem/Native$ChunkReceiver");
  if (receive_log == nullptr || chunks == nullptr) return false;
  receive_chunk = env->GetMethodID(chunks, "receive", "([B)Z");
  if (receive_chunk == nullptr) return false;
  make_failure = env->GetStaticMethodID(native_class, "failure", "(I[B)Ltandem/TandemException;");
  if (make_failure == nullptr) return false;
  make_error = env->GetStaticMethodID(native_class, "error", "([B[B[[B[B)Ltandem/FunctionException;");
  return make_error != nullptr && Register(env);
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* of, void*) {
  vm = of;
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
  if (pthread_key_create(&attached, [](void*) { vm->DetachCurrentThread(); }) != 0) return JNI_ERR;
  return Resolve(static_cast<JNIEnv*>(env)) ? JNI_VERSION_1_8 : JNI_ERR;
}
