#include "workers/worker/variables.h"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace tandem::workers {

std::vector<std::string> Variables() {
  std::vector<std::string> variables;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) variables.emplace_back(*one);
  return variables;
}

void SetVariables(const google::protobuf::RepeatedPtrField<std::string>& variables) {
  auto* const pointers = new std::vector<char*>;
  for (const std::string& variable : variables) pointers->push_back((new std::string(variable))->data());
  pointers->push_back(nullptr);
  environ = pointers->data();
}

void SetVariable(std::string_view name, const google::protobuf::RepeatedPtrField<std::string>& variables) {
  for (const std::string& variable : variables) {
    const std::size_t end = variable.find('=');
    if (std::string_view(variable).substr(0, end) == name)
      setenv(variable.substr(0, end).c_str(), &variable[end + 1], 1);
  }
}

}  // namespace tandem::workers
