// Handler names: whose they are, by the finders of both languages, over a package that has something for each.
//
// Input: a handler name; after a first line of "jar", the bytes of a jar in the package.
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "fuzz/lib.h"
#include "java-bridge/src/jar_directory.h"
#include "java-bridge/src/package_claim.h"
#include "python-bridge/finder/claim.h"
#include "tandem/finder_abi.h"

namespace tandem::fuzz {
namespace {

namespace fs = std::filesystem;

// A package and a layer with one module, class and jar each; beside them what no handler name may lead to.
class Place {
 public:
  Place() {
    for (const char* folder : {"package", "layer/python", "layer/python/lib/python3.11/site-packages"}) {
      Write(scratch_.path() / folder / "module.py", "");
      Write(scratch_.path() / folder / "sub/__init__.py", "");
      Write(scratch_.path() / folder / "native.abi3.so", "");
    }
    Write(scratch_.path() / "package/example/Hello.class", "");
    Write(scratch_.path() / "outside/module.py", "");
    Write(scratch_.path() / "outside/Hello.class", "");
    fs::create_directories(scratch_.path() / "package/lib");
  }

  std::string package() const { return (scratch_.path() / "package").string(); }
  std::string layer() const { return (scratch_.path() / "layer").string(); }
  fs::path jar() const { return scratch_.path() / "package/lib/one.jar"; }

 private:
  Scratch scratch_;
};

const Place& ThePlace() {
  static const Place place;
  return place;
}

void RequireClaim(std::int32_t claim, std::string_view handler) {
  Require(claim >= TANDEM_CLAIM_NONE && claim <= TANDEM_CLAIM_SYNTAX, "a claim that there is not", handler);
}

// What is found through a name lies in the package. Of Python's names the last part is no file's.
void RequireInside(std::int32_t claim, std::string_view path, std::string_view handler) {
  const bool outside = path.find("outside") != std::string_view::npos;
  Require(!outside || claim != TANDEM_CLAIM_RESOLVES, "a name that leads out of the package resolves", handler);
}

void TryName(std::string_view handler) {
  const Place& place = ThePlace();
  const std::int32_t python = python::Claim(handler, place.package(), {place.layer()});
  const std::int32_t java = java::Claim(std::string(handler), place.package(), {place.layer()});
  RequireClaim(python, handler);
  RequireClaim(java, handler);
  RequireInside(python, handler.substr(0, handler.rfind('.')), handler);
  RequireInside(java, handler, handler);
  if (handler.find("::") != std::string_view::npos) {
    Require(java == TANDEM_CLAIM_SYNTAX && python != TANDEM_CLAIM_RESOLVES, "Java's syntax is not Java's", handler);
  }
}

void TryJar(std::string_view bytes) {
  const Place& place = ThePlace();
  Write(place.jar(), bytes);
  java::JarHolds(place.jar().string(), "example/Hello.class");
  RequireClaim(java::Claim("in.a.Jar", place.package(), {}), "in.a.Jar");
  fs::remove(place.jar());
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kJar = "jar\n";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with(kJar)) {
    tandem::fuzz::TryJar(text.substr(kJar.size()));
  } else {
    tandem::fuzz::TryName(text);
  }
  return 0;
}
