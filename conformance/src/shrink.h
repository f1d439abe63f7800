// Makes events smaller.
#ifndef TANDEM_CONFORMANCE_SHRINK_H_
#define TANDEM_CONFORMANCE_SHRINK_H_

#include <json/value.h>

#include <cstddef>
#include <functional>

namespace tandem::conformance {

// The smallest value found of which `holds` says so, starting from one of which it does. It is asked `most` times at
// most; `asked` is how often it has been.
Json::Value Shrink(Json::Value value, const std::function<bool(const Json::Value&)>& holds, std::size_t most,
                   std::size_t& asked);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SHRINK_H_
