// What the runner and an inline host say to each other: lines of JSON, bytes in Base64.
#ifndef TANDEM_CONFORMANCE_WIRE_H_
#define TANDEM_CONFORMANCE_WIRE_H_

#include <memory>
#include <string>
#include <string_view>

#include "conformance/result.h"
#include "conformance/suite.h"
#include "tandem/status.h"

namespace tandem::conformance {

// One invocation, with all that the host has to know of the function.
struct WireRequest {
  SuiteFunction function;
  Implementation implementation;
  Case given;
};

// Each ends in a newline.
std::string RequestLine(const SuiteFunction& function, const Implementation& implementation, const Case& given);
std::string ObservationLine(const Observation& seen);

// Errors: kInvalidArgument for what the other side has not written.
Result<std::unique_ptr<WireRequest>> ReadRequestLine(std::string_view line);
Result<Observation> ReadObservationLine(std::string_view line);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WIRE_H_
