// SystemMessage: what an error number of the system means.
#ifndef TANDEM_CORE_SYSTEM_MESSAGE_H_
#define TANDEM_CORE_SYSTEM_MESSAGE_H_

#include <string>
#include <system_error>

namespace tandem {

inline std::string SystemMessage(int error) {
  return std::generic_category().message(error);
}

}  // namespace tandem

#endif  // TANDEM_CORE_SYSTEM_MESSAGE_H_
