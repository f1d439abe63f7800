#ifndef TANDEM_JAVA_BRIDGE_STANDARD_DESCRIPTOR_H_
#define TANDEM_JAVA_BRIDGE_STANDARD_DESCRIPTOR_H_

#include <memory>
#include <string>
#include <string_view>

namespace tandem::java {

// A pipe in the place of one of the process's standard descriptors: lines that `keep` asks for are kept, all others are
// passed on to where the descriptor led. A child that is started meanwhile has the pipe as its own descriptor; what it
// writes is passed on for as long as this process lives.
// Threads: one that makes and ends it. Errors: where there is no pipe or thread, the descriptor stays as it is.
class StandardDescriptor {
 public:
  using Keep = bool (*)(std::string_view line);

  StandardDescriptor(int descriptor, Keep keep);
  ~StandardDescriptor() { Restore(); }
  StandardDescriptor(const StandardDescriptor&) = delete;
  StandardDescriptor& operator=(const StandardDescriptor&) = delete;

  // Puts the descriptor back, unless somebody has changed it, and hands over what was kept. From here on nothing is
  // kept.
  std::string Restore();

 private:
  class Pump;

  const int descriptor_;
  std::shared_ptr<Pump> pump_;
};

// Writes the whole text, as far as the descriptor takes it.
void WriteAll(int descriptor, std::string_view text);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_STANDARD_DESCRIPTOR_H_
