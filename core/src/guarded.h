// The outer wall of public calls that return a Status or a Result.
#ifndef TANDEM_CORE_GUARDED_H_
#define TANDEM_CORE_GUARDED_H_

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "tandem/status.h"

namespace tandem {

// What `body` returns, or kInternal with what it threw; `what` says in a few words what it was about.
template <typename Body>
std::invoke_result_t<Body> Guarded(std::string_view what, Body&& body) {
  try {
    try {
      return body();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      return Status(Code::kInternal, std::string(what) + ": " + error.what());
    } catch (...) {
      return Status(Code::kInternal, std::string(what) + ": an unknown exception");
    }
  } catch (const std::bad_alloc&) {  // of the body, or of the message
    return Status(Code::kInternal, "out of memory");
  }
}

}  // namespace tandem

#endif  // TANDEM_CORE_GUARDED_H_
