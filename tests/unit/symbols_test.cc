// What the built libraries link, export and import.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tandem/runtime.h"

namespace tandem {
namespace {

std::string Output(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) text += buffer.data();
  return text;
}

std::string LibTandem() {
  const std::string maps = Output("grep -m1 -o '/.*libtandem\\.so[^ ]*' /proc/" + std::to_string(getpid()) + "/maps");
  return maps.substr(0, maps.find('\n'));
}

TEST(Symbols, CoreLinksNoVm) {
  const std::string dynamic = Output("readelf -d '" + LibTandem() + "'");
  ASSERT_NE(dynamic.find("(NEEDED)"), std::string::npos) << dynamic;
  EXPECT_EQ(dynamic.find("libjvm"), std::string::npos);
  EXPECT_EQ(dynamic.find("libpython"), std::string::npos);
  const std::string undefined = Output("nm -D --undefined-only '" + LibTandem() + "'");
  EXPECT_EQ(undefined.find(" Py"), std::string::npos);
  EXPECT_EQ(undefined.find(" JNI_"), std::string::npos);
}

// All of tandem.h: programs link against these, so that none is ever removed before the soname changes.
const std::set<std::string> kCApi = {
    "tandem_cancel",
    "tandem_detach_thread",
    "tandem_failure_code",
    "tandem_failure_free",
    "tandem_failure_message",
    "tandem_invoke",
    "tandem_load",
    "tandem_load_from_template",
    "tandem_load_warning",
    "tandem_outcome_content_type",
    "tandem_outcome_error_message",
    "tandem_outcome_error_type",
    "tandem_outcome_free",
    "tandem_outcome_is_error",
    "tandem_outcome_log_tail",
    "tandem_outcome_payload",
    "tandem_outcome_request_id",
    "tandem_outcome_stack_frame",
    "tandem_outcome_stack_size",
    "tandem_prepare",
    "tandem_runtime_close",
    "tandem_runtime_create",
    "tandem_unload",
    "tandem_version",
    "tandem_warm",
};

// What libtandem exports, demangled, without the version that each has.
std::set<std::string> Exported() {
  std::set<std::string> names;
  std::istringstream lines(Output("nm -DC --defined-only '" + LibTandem() + "' | cut -d' ' -f3-"));
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(0, line.find("@@")));
  return names;
}

// What the public headers mark with TANDEM_EXPORT, by the words before the name: classes, functions of C++ and of C.
std::set<std::string> Marked(const std::string& pattern) {
  std::set<std::string> names;
  for (const auto& header : std::filesystem::directory_iterator(TANDEM_TEST_HEADERS)) {
    std::ifstream file(header.path());
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::regex marked(pattern);
    for (std::sregex_iterator at(text.begin(), text.end(), marked), end; at != end; ++at) names.insert((*at)[1]);
  }
  return names;
}

TEST(Symbols, CoreExportsTheCApiNameByName) {
  std::set<std::string> exported = Exported();
  std::erase_if(exported, [](const std::string& name) { return !name.starts_with("tandem_"); });
  EXPECT_EQ(exported, kCApi);
  EXPECT_EQ(Marked(R"(TANDEM_EXPORT [^;(]*\b(tandem_\w+)\()"), kCApi) << "in tandem.h";
}

TEST(Symbols, CoreExportsOfCxxWhatIsMarked) {
  const std::set<std::string> classes = Marked(R"((?:class|struct) TANDEM_EXPORT (\w+))");
  const std::set<std::string> functions = Marked(R"(\bTANDEM_EXPORT [^;({]*\b([A-Z]\w*)\()");
  EXPECT_GT(classes.size(), 3);
  std::set<std::string> exported_functions;
  const std::regex form(R"((vtable for |typeinfo for |typeinfo name for )?)"
                        R"(tandem::(\w+)(?:\[abi:cxx11\])?(::~?\w+(?:\[abi:cxx11\])?)?(?:\(.*)?)");
  for (const std::string& name : Exported()) {
    if (kCApi.contains(name) || name.starts_with("TANDEM_")) continue;
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(name, parts, form)) << name;
    if (parts[1].matched || parts[3].matched) {
      EXPECT_TRUE(classes.contains(parts[2])) << name;
    } else {
      exported_functions.insert(parts[2]);
    }
  }
  EXPECT_EQ(exported_functions, functions);
}

// Of 0.x.y it is 0.x, of x.y.z from 1.0 on it is x.
TEST(Symbols, CoresSonameIsItsCompatibleVersion) {
  const std::string version(Version());
  const std::size_t major_end = version.find('.');
  const bool early = version.starts_with("0.");
  const std::string compatible = version.substr(0, early ? version.find('.', major_end + 1) : major_end);
  const std::string dynamic = Output("readelf -d '" + LibTandem() + "'");
  EXPECT_NE(dynamic.find("Library soname: [libtandem.so." + compatible + "]"), std::string::npos) << dynamic;
  EXPECT_TRUE(Exported().contains("TANDEM_" + compatible));
}

TEST(Symbols, ALoaderExportsItsEntryAndImportsNothingOfCore) {
  const std::string loader = std::string(TANDEM_TEST_LOADERS) + "/native.so";
  const std::string defined = Output("nm -D --defined-only '" + loader + "'");
  EXPECT_NE(defined.find("tandem_loader_v1"), std::string::npos);
  EXPECT_EQ(std::count(defined.begin(), defined.end(), '\n'), 1) << defined;
  EXPECT_EQ(Output("nm -D --undefined-only '" + loader + "'").find("tandem"), std::string::npos);
}

}  // namespace
}  // namespace tandem
