// The environment variables of a process that gets them after its start.
#ifndef TANDEM_WORKERS_WORKER_VARIABLES_H_
#define TANDEM_WORKERS_WORKER_VARIABLES_H_

#include <string>
#include <string_view>
#include <vector>

#include "tandem/v1/worker.pb.h"

namespace tandem::workers {

// The "NAME=value" texts that this process has.
// Threads: no other may change the variables meanwhile.
std::vector<std::string> Variables();

// Makes "NAME=value" texts all that the process has, in memory that stays, as that of an executed process does.
// Threads: no other may look at the variables meanwhile.
void SetVariables(const google::protobuf::RepeatedPtrField<std::string>& variables);

// Sets the one of this name in this process as it is there.
void SetVariable(std::string_view name, const google::protobuf::RepeatedPtrField<std::string>& variables);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_VARIABLES_H_
