// SHA-256 of packages, in the two forms that it has: the API's and a file name's.
#ifndef TANDEM_HOST_DIGEST_H_
#define TANDEM_HOST_DIGEST_H_

#include <string>
#include <string_view>

namespace tandem::host {

// In base64.
std::string Sha256(std::string_view bytes);

// The digest that is given in base64, as 64 hexadecimal digits; empty for what is none.
std::string HexOfDigest(std::string_view base64);

}  // namespace tandem::host

#endif  // TANDEM_HOST_DIGEST_H_
