#include <unistd.h>

#include <cstring>
#include <set>
#include <string_view>

#include "java_loader.h"

namespace tandem::java {
namespace {

// As java.lang.ProcessEnvironment counts them.
jint CountVariables() {
  std::set<std::string_view> names;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const char* const end = strchr(*one, '=');
    if (end != nullptr && end != *one) names.emplace(*one, static_cast<size_t>(end - *one));
  }
  return static_cast<jint>(names.size());
}

}  // namespace

void StandBy(tandem_loader* loader) {
  if (loader->runs_others_code) throw JavaException("code that is not this loader's runs in the JVM from its start");
  JniFrame frame(JavaThread::Current(&loader->vm).env());
  frame.CallStaticVoid(loader->vm.table.bridge, loader->vm.table.stand_by);
}

void TakeFunction(tandem_loader* loader) {
  JniFrame frame(JavaThread::Current(&loader->vm).env());
  jvalue variables;
  variables.i = CountVariables();
  frame.CallStaticVoid(loader->vm.table.bridge, loader->vm.table.take_function, &variables);
}

}  // namespace tandem::java
