// What the built libraries link, export and import.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
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

TEST(Symbols, CoreExportsItsOwnNamesOnly) {
  std::istringstream lines(Output("nm -DC --defined-only '" + LibTandem() + "'"));
  int exported = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool ours = line.find("tandem::") != std::string::npos || line.find("TANDEM_0.1") != std::string::npos;
    EXPECT_TRUE(ours) << line;
    ++exported;
  }
  EXPECT_GT(exported, 10);
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
