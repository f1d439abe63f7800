#include "running_vm.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace tandem::java {
namespace {

constexpr std::string_view kLibrary = "/libjvm.so";

int AddIfVm(dl_phdr_info* info, size_t, void* argument) {
  if (std::string_view(info->dlpi_name).ends_with(kLibrary)) {
    static_cast<std::vector<std::string>*>(argument)->emplace_back(info->dlpi_name);
  }
  return 0;
}

// Of a library that the process has loaded; null: none has been started.
JavaVM* VmOf(const std::string& library) {
  void* const open = dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (open == nullptr) return nullptr;
  using GetCreatedJavaVms = jint (*)(JavaVM**, jsize, jsize*);
  const auto get_created = reinterpret_cast<GetCreatedJavaVms>(dlsym(open, "JNI_GetCreatedJavaVMs"));
  JavaVM* vm = nullptr;
  jsize count = 0;
  if (get_created != nullptr && (get_created(&vm, 1, &count) != JNI_OK || count == 0)) vm = nullptr;
  dlclose(open);
  return vm;
}

bool AreTheSame(const std::string& path, const std::string& another) {
  std::error_code error;
  return std::filesystem::equivalent(path, another, error) && !error;
}

}  // namespace

JavaVM* RunningVm(const std::string& library) {
  std::vector<std::string> loaded;
  dl_iterate_phdr(&AddIfVm, &loaded);
  for (const std::string& each : loaded) {
    JavaVM* const vm = VmOf(each);
    if (vm == nullptr) continue;
    if (AreTheSame(each, library)) return vm;
    throw JavaException("this process already runs the JVM of " + each +
                        "; another one beside it needs process isolation, as a process holds one runtime per language");
  }
  return nullptr;
}

jobject ClassLoaderOf(JniFrame* frame, const std::string& class_path) {
  jclass loader = frame->FindClass("java/lang/ClassLoader");
  jclass file = frame->FindClass("java/io/File");
  jclass url = frame->FindClass("java/net/URL");
  jclass url_loader = frame->FindClass("java/net/URLClassLoader");
  jmethodID new_file = frame->GetMethod(file, "<init>", "(Ljava/lang/String;)V");
  jmethodID to_uri = frame->GetMethod(file, "toURI", "()Ljava/net/URI;");
  jmethodID to_url = frame->GetMethod(frame->FindClass("java/net/URI"), "toURL", "()Ljava/net/URL;");
  std::vector<jobject> urls;
  for (size_t at = 0; at <= class_path.size();) {
    const size_t end = std::min(class_path.find(':', at), class_path.size());
    jvalue path;
    path.l = frame->NewString(class_path.substr(at, end - at));
    jobject uri = frame->CallObject(frame->New(file, new_file, &path), to_uri);
    urls.push_back(frame->CallObject(uri, to_url));
    at = end + 1;
  }
  jmethodID system = frame->GetStaticMethod(loader, "getSystemClassLoader", "()Ljava/lang/ClassLoader;");
  jmethodID parent = frame->GetMethod(loader, "getParent", "()Ljava/lang/ClassLoader;");
  jvalue arguments[2];
  arguments[0].l = frame->NewObjects(url, urls);
  arguments[1].l = frame->CallObject(frame->CallStaticObject(loader, system, nullptr), parent);
  return frame->New(url_loader, frame->GetMethod(url_loader, "<init>", "([Ljava/net/URL;Ljava/lang/ClassLoader;)V"),
                    arguments);
}

}  // namespace tandem::java
