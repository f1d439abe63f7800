// How a keeper holds on to everything that its process starts.
#ifndef TANDEM_WORKERS_SUPERVISOR_CONTAINMENT_H_
#define TANDEM_WORKERS_SUPERVISOR_CONTAINMENT_H_

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace tandem::workers {

enum class Containment {
  kNamespace,      // the keeper is process 1 of a PID namespace, with a /proc of its own; needs privilege
  kUserNamespace,  // the same inside a user namespace, with the same user and group
  kSubreaper,      // the keeper is the parent of whoever loses its own
};

std::string_view NameOf(Containment containment);
std::optional<Containment> ContainmentNamed(std::string_view name);

// The first one, in their order, that can be had here.
Containment BestContainment();

// Whether a keeper's process can have file systems of its own.
bool CanMount(Containment containment);

// Whose child a new keeper is: a zygote's are its parent's.
enum class ChildOf { kThisProcess, kItsParent };

// fork() into a new keeper: as fork(2), but for fork handlers, of which a program with a single thread has none to run.
pid_t ForkKeeper(Containment containment, ChildOf child_of = ChildOf::kThisProcess);

// What there is for the new keeper to do before it forks. Returns what failed, with errno, or null.
const char* EnterContainment(Containment containment, uid_t user, gid_t group);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_CONTAINMENT_H_
