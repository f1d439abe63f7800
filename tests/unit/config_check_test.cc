// What Runtime::Add refuses of a FunctionConfig, and which member it names.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "unit/native_runtime.h"

namespace tandem {
namespace {

using test::NativeRuntime;
using namespace std::string_literals;

// Why Runtime::Add refuses a function that `spoil` makes; empty: it does not, or not as a bad argument.
std::string RefusalOf(const std::function<void(FunctionConfig&)>& spoil) {
  NativeRuntime runtime;
  FunctionConfig config = NativeRuntime::Config("native.echo");
  config.name = "spoilt";
  spoil(config);
  const auto added = runtime->Add(config);
  return added || added.status().code() != Code::kInvalidArgument ? "" : added.status().message();
}

TEST(Runtime, RefusesLayersThatAreNotThere) {
  const auto refusal = [](const std::string& layer) {
    return RefusalOf([&](FunctionConfig& c) { c.layers = {"/usr", layer}; });
  };
  EXPECT_EQ(refusal("/tmp"), "");
  EXPECT_EQ(refusal("layer"), "function 'spoilt': its layer 'layer' is not an absolute path");
  EXPECT_EQ(refusal("."), "function 'spoilt': its layer '.' is not an absolute path") << "also where it is there";
  EXPECT_EQ(refusal(""), "function 'spoilt': its layer '' is not an absolute path");
  EXPECT_EQ(refusal("/nonexistent/layer"), "function 'spoilt': its layer '/nonexistent/layer' is not there");
  EXPECT_EQ(refusal("/dev/null"),
            "function 'spoilt': its layer '/dev/null' is not a folder: unpack it with OpenPackage");
  EXPECT_EQ(refusal("/usr\0x"s), "function 'spoilt': its layer '/usr' has a NUL in its path");
}

TEST(Runtime, RefusesVariablesThatNoProcessCanHave) {
  for (const Isolation isolation : {Isolation::kInline, Isolation::kProcess}) {
    const auto refusal = [&](const std::string& name, const std::string& value) {
      return RefusalOf([&](FunctionConfig& c) {
        c.isolation = isolation;
        c.variables[name] = value;
      });
    };
    EXPECT_EQ(refusal("a.b", "c=d"), "");
    EXPECT_EQ(refusal("", "x"), "function 'spoilt': the name of one of its variables is empty");
    EXPECT_EQ(refusal("A=B", "x"), "function 'spoilt': its variable 'A=B' has an = in its name");
    EXPECT_EQ(refusal("A\0B"s, "x"), "function 'spoilt': its variable 'A' has a NUL in its name");
    EXPECT_EQ(refusal("A", "x\0"s), "function 'spoilt': its variable 'A' has a NUL in its value");
  }
}

TEST(Runtime, RefusesAnIsolationThatDoesNotExist) {
  EXPECT_EQ(RefusalOf([](FunctionConfig& c) { c.isolation = static_cast<Isolation>(2); }),
            "function 'spoilt': its isolation is neither kInline nor kProcess");
}

}  // namespace
}  // namespace tandem
