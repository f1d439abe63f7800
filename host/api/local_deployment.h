// Deploying a function that lies on this machine, as a template has it.
#ifndef TANDEM_HOST_API_LOCAL_DEPLOYMENT_H_
#define TANDEM_HOST_API_LOCAL_DEPLOYMENT_H_

#include <json/value.h>

#include <string>
#include <vector>

#include "host/api/context.h"
#include "host/api/error.h"

namespace tandem::host {

// A function's code and layers are archives or folders.
struct LocalFunction {
  std::string name;
  Json::Value settings;  // the members of a CreateFunction request but for Code and Layers
  std::string code;
  std::vector<std::string> layers;
};

// Has $LATEST of the function be what is given, and nothing of what it was, in one change; creates the function where
// there is none. A layer is published where its content is new, by the name of its file or folder. Nothing is changed
// where all is as it was. Errors: the API's.
ApiResult<bool> DeployLocally(const ApiContext& context, const LocalFunction& function);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_LOCAL_DEPLOYMENT_H_
