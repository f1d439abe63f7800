// HostForked: what ends an invocation in a fork of its host.
#ifndef TANDEM_WORKERS_HOST_FORKED_H_
#define TANDEM_WORKERS_HOST_FORKED_H_

#include <exception>

namespace tandem::workers {

// Thrown to whoever waits for an environment and finds itself in a fork of the host: a receiver of chunks or a log has
// forked, and come back in both. There nothing is done about the environment, which is the host's, and no mutex is
// locked that another thread of the host's may have held at that moment, as that thread is not in the fork.
class HostForked : public std::exception {};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_HOST_FORKED_H_
