// Worker processes of both languages: TANDEM_TEST_JAVA_HOME and TANDEM_TEST_PYTHON name the JDK and the CPython.
#ifndef TANDEM_TESTS_WORKERS_BOTH_LANGUAGES_H_
#define TANDEM_TESTS_WORKERS_BOTH_LANGUAGES_H_

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "tandem/log.h"
#include "tandem/runtime.h"
#include "unit/native_runtime.h"

namespace tandem::test {

enum class Language { kJava, kPython };

// NOLINTNEXTLINE(modernize-use-string-view): GoogleTest's
inline std::string NameOf(Language language) {
  return language == Language::kJava ? "Java" : "Python";
}

// A Runtime for functions in worker processes. Whatever they start can be found by `tag`.
class BothLanguages {
 public:
  // Without zygotes and what makes starts sooner, which would come and go among the processes that are looked at.
  explicit BothLanguages(WorkerOptions workers = {});
  // With them, as a program has it that says nothing else; the start cache is in the folder. `sink` gets the log.
  BothLanguages(WorkerOptions workers, const std::string& cache, LogSink& sink);
  BothLanguages(const BothLanguages&) = delete;
  BothLanguages& operator=(const BothLanguages&) = delete;
  ~BothLanguages();

  // The one handler of tests/workers/faults.
  FunctionConfig Config(Language language) const;
  Function& Add(const FunctionConfig& config);

  InvokeResult Invoke(Function& function, const std::string& word);
  // The response's text without its quotation marks, or what went wrong.
  std::string Call(Function& function, const std::string& word);

  Runtime* operator->() { return runtime_.get(); }
  const std::string& tag() const { return tag_; }

  KeepingSink log;

 private:
  void Create(RuntimeOptions options);

  std::string tag_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_BOTH_LANGUAGES_H_
