// Processes of a test, as /proc shows them.
#ifndef TANDEM_TESTS_WORKERS_PROCESSES_H_
#define TANDEM_TESTS_WORKERS_PROCESSES_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace tandem::test {

// The processes but this one that have `tag` in their arguments. One that has ended has none, reaped or not.
std::vector<pid_t> WithArgument(const std::string& tag);
// What a supervisor of a test can be executed as, so that it and its keepers have the tag.
std::string SupervisorNameOf(std::string tag);
// Or in the environment that they were executed with, or are such a supervisor or a keeper of it.
std::vector<pid_t> WithTag(const std::string& tag);

// Waits until there is none of those, as long as it takes.
void UntilNoneHas(const std::string& tag);

// The children of a process that have this name, as /proc shows it: its first 15 bytes.
std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name);
// Whether it was executed with this variable, "NAME=value".
bool HasVariable(pid_t pid, const std::string& variable);
// Waits until the process is gone, or nobody but its parent knows of it.
void UntilEnded(pid_t pid);

// "123 a b c; ": for a failed check's text.
std::string Describe(const std::vector<pid_t>& processes);

// A field of /proc/PID/status, "" where it is not there.
std::string StatusField(pid_t pid, const std::string& name);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_PROCESSES_H_
