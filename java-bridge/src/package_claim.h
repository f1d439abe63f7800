#ifndef TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_
#define TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::java {

// Which TANDEM_CLAIM_* fits a handler name and an unpacked package with its layers. What a layer holds counts where the
// handler is in it, and not otherwise: it may be a tool for another language.
int32_t Claim(const std::string& handler, const std::string& code_root, const std::vector<std::string>& layers);

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_PACKAGE_CLAIM_H_
