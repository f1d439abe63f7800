#ifndef TANDEM_JAVA_BRIDGE_CLASS_ARCHIVE_H_
#define TANDEM_JAVA_BRIDGE_CLASS_ARCHIVE_H_

#include <string>
#include <vector>

namespace tandem::java {

// One JDK's archive of the Java half's classes and of what they need, ready for use as HotSpot lays them out (AppCDS).
// It is a file of HotSpot's with a checksum behind it, in a folder of the user's, under a name that says which
// libjvm.so and which jars it is of. Whatever is wrong with it costs the time that it would have saved.
//
// Threads: any, and any number of processes: it is written beside its place, and moved there.
class ClassArchive {
 public:
  // The JDK by its version and its library; the class path's jars.
  ClassArchive(const std::string& folder, int jdk_major, const std::string& library, const std::string& class_path);

  // Options by which a JVM uses it; none where it is not there, or where it is not whole, or not only this user's.
  std::vector<std::string> Options() const;
  // Makes it where it is not there, by a run of the JDK's `java`, and takes away those that were not used for longest.
  // Errors: the text says what failed; empty: none, or that the JDK has no such archives.
  std::string Make(const std::string& java_home) const;

 private:
  bool IsWhole() const;

  const std::string folder_;
  const int jdk_major_;
  const std::string class_path_;
  const std::string path_;
};

// Whether options have a say in which archive a JVM uses, or in whether it uses one: then it gets none of ours.
bool SaysWhichArchive(const std::vector<std::string>& options);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_CLASS_ARCHIVE_H_
