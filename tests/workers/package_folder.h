// PackageFolder: a package of a test.
#ifndef TANDEM_TESTS_WORKERS_PACKAGE_FOLDER_H_
#define TANDEM_TESTS_WORKERS_PACKAGE_FOLDER_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tandem::test {

// A folder, which goes with the object. Its name is nobody else's.
class PackageFolder {
 public:
  enum class Mode : std::uint8_t { kPlain, kExecutable };

  PackageFolder() : path_((std::filesystem::temp_directory_path() / "tandem-package-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    path_ = std::filesystem::canonical(path_).string();
  }
  ~PackageFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PackageFolder(const PackageFolder&) = delete;
  PackageFolder& operator=(const PackageFolder&) = delete;

  const std::string& path() const { return path_; }

  // The tests' own runtime.
  void AddProgram(const std::string& name) const {
    std::filesystem::copy_file(TANDEM_TEST_BOOTSTRAP, Place(name), std::filesystem::copy_options::overwrite_existing);
  }
  void AddFile(const std::string& name, const std::string& text, Mode mode) const {
    std::filesystem::remove(Place(name));  // what is executed is not written to
    std::ofstream(Place(name)) << text;
    using std::filesystem::perms;
    std::filesystem::permissions(Place(name), mode == Mode::kPlain ? perms(0644) : perms(0755));
  }

 private:
  std::filesystem::path Place(const std::string& name) const {
    const std::filesystem::path place = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(place.parent_path());
    return place;
  }

  std::string path_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_PACKAGE_FOLDER_H_
