#ifndef TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_
#define TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_

#include <cstdint>
#include <string>

namespace tandem::java {

// Which TANDEM_CLAIM_* fits a handler name and an unpacked package.
int32_t Claim(const std::string& handler, const std::string& code_root);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_
