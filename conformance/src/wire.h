// What the runner and an inline host say to each other: lines of JSON, bytes in Base64.
#ifndef TANDEM_CONFORMANCE_WIRE_H_
#define TANDEM_CONFORMANCE_WIRE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/result.h"
#include "conformance/suite.h"
#include "tandem/status.h"

namespace tandem::conformance {

// One invocation, by a number that its answer repeats, with all that the host has to know of the function.
struct WireRequest {
  std::uint64_t number = 0;
  SuiteFunction function;
  Implementation implementation;
  Case given;
};

// Each ends in a newline.
std::string RequestLine(std::uint64_t number, const SuiteFunction& function, const Implementation& implementation,
                        const Case& given);
std::string ObservationLine(std::uint64_t number, const Observation& seen);

// Errors: kInvalidArgument for what the other side has not written, as the answer to another number.
Result<std::unique_ptr<WireRequest>> ReadRequestLine(std::string_view line);
Result<Observation> ReadObservationLine(std::uint64_t number, std::string_view line);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WIRE_H_
