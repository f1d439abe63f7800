#include "workers/worker/variables.h"

#include <unistd.h>

#include <vector>

namespace tandem::workers {

void SetVariables(const google::protobuf::RepeatedPtrField<std::string>& variables) {
  auto* const pointers = new std::vector<char*>;
  for (const std::string& variable : variables) pointers->push_back((new std::string(variable))->data());
  pointers->push_back(nullptr);
  environ = pointers->data();
}

}  // namespace tandem::workers
