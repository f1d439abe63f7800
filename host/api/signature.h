// AWS Signature Version 4: whether a request comes from whom it says.
#ifndef TANDEM_HOST_API_SIGNATURE_H_
#define TANDEM_HOST_API_SIGNATURE_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "host/api/error.h"
#include "host/http/message.h"
#include "tandem/status.h"

namespace tandem::host {

// Secret keys by access key ids.
using AccessKeys = std::map<std::string, std::string>;

// Reads a shared credentials file of the AWS CLI and SDKs: aws_access_key_id and aws_secret_access_key of each profile.
// Errors: kInvalidArgument where it cannot be read, others may read it, or has no key.
Result<AccessKeys> ReadCredentials(const std::string& file);

// What a client signs with.
struct SigningKey {
  std::string id;
  std::string secret;
  std::string session_token;  // empty: none
};

// Signs a request for the service `lambda`, as the AWS CLI and SDKs do: its headers get X-Amz-Date,
// X-Amz-Security-Token where there is a session token, and Authorization. It has its Host; nothing is to change later.
void Sign(HttpRequest& request, const SigningKey& key, const std::string& region,
          std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

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
  // How many signatures it has kept, against requests that are sent again.
  std::size_t kept();

 private:
  using Mark = std::array<std::uint64_t, 2>;  // half of a signature, which tells it from others

  bool IsReplay(std::string_view signature, Clock::time_point date, Clock::time_point now);
  void LetGo(Clock::time_point now);

  const AccessKeys keys_;
  std::mutex mutex_;
  std::map<Clock::time_point, std::set<Mark>> seen_;  // by the date that was signed; guarded by mutex_
  std::size_t kept_ = 0;                              // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_SIGNATURE_H_
