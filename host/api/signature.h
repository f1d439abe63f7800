// AWS Signature Version 4: whether a request comes from whom it says.
#ifndef TANDEM_HOST_API_SIGNATURE_H_
#define TANDEM_HOST_API_SIGNATURE_H_

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "host/api/error.h"
#include "host/http/message.h"
#include "tandem/status.h"

namespace tandem::host {

// Secret keys by access key ids.
using AccessKeys = std::map<std::string, std::string>;

// Reads a shared credentials file of the AWS CLI and SDKs: aws_access_key_id and aws_secret_access_key of each profile.
// Errors: kInvalidArgument where it cannot be read, others may read it, or has no key.
Result<AccessKeys> ReadCredentials(const std::string& file);

// Verifies signatures. A request that is sent again as it was is refused, but within kSameSecond of its date: dates are
// in seconds, and SDKs sign nothing that tells two equal requests of one second apart.
//
// Threads: all calls from any.
class SignatureVerifier {
 public:
  using Clock = std::chrono::system_clock;

  // How far a request's date may be from the server's, as the service has it.
  static constexpr std::chrono::minutes kWindow{5};
  static constexpr std::chrono::seconds kSameSecond{5};

  explicit SignatureVerifier(AccessKeys keys) : keys_(std::move(keys)) {}

  // Null: it is signed with one of the keys. Errors: MissingAuthenticationTokenException, IncompleteSignatureException,
  // UnrecognizedClientException, InvalidSignatureException.
  std::optional<ApiError> Verify(const HttpRequest& request, Clock::time_point now = Clock::now());

 private:
  bool IsReplay(const std::string& signature, Clock::time_point now);

  const AccessKeys keys_;
  std::mutex mutex_;
  std::map<std::string, Clock::time_point> seen_;  // signatures, until when they count; guarded by mutex_
  Clock::time_point forgets_at_;                   // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_SIGNATURE_H_
