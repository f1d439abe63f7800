// Which folders a process's /opt was made of.
#ifndef TANDEM_WORKERS_LAYERS_STATE_H_
#define TANDEM_WORKERS_LAYERS_STATE_H_

#include <string>
#include <vector>

namespace tandem::workers {

// What a process that gets these layers in its /opt has there just now, as a text to compare: which folder each path
// leads to and, of several, which names the folders have that are merged. What is within a folder that is shown as a
// whole is seen by that process anyway.
std::string LayersState(const std::vector<std::string>& layers);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_LAYERS_STATE_H_
