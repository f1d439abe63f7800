#include "host/api/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "host/api/call.h"

namespace tandem::host {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kCredentialParts = 5;

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4U];
    hex += kDigits[static_cast<unsigned char>(c) & 0x0FU];
  }
  return hex;
}

std::string HexSha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
             nullptr);
  return Hex(digest);
}

std::string Hmac(std::string_view key, std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

// RFC 3986, with everything escaped but what is unreserved.
std::string Escaped(std::string_view text, bool keeps_slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                          c == '_' || c == '.' || c == '~' || (c == '/' && keeps_slashes);
    if (is_plain) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kDigits[static_cast<unsigned char>(c) >> 4U];
      escaped += kDigits[static_cast<unsigned char>(c) & 0x0FU];
    }
  }
  return escaped;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string Trimmed(std::string_view text) {
  std::string trimmed;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t';
    if (is_blank && (trimmed.empty() || trimmed.back() == ' ')) continue;
    trimmed += is_blank ? ' ' : c;
  }
  if (trimmed.ends_with(' ')) trimmed.pop_back();
  return trimmed;
}

// What an Authorization header says.
struct Authorization {
  std::vector<std::string> credential;  // key id, date, region, service, "aws4_request"
  std::string signed_headers;
  std::string signature;

  std::string Scope() const { return credential[1] + "/" + credential[2] + "/" + credential[3] + "/" + credential[4]; }
};

std::optional<Authorization> ParseAuthorization(std::string_view header) {
  if (!header.starts_with(kAlgorithm)) return {};
  Authorization parsed;
  for (const std::string& part : Split(header.substr(kAlgorithm.size()), ',')) {
    const std::string text = Trimmed(part);
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string name = text.substr(0, equals);
    const std::string value = text.substr(std::min(equals + 1, text.size()));
    if (name == "Credential") parsed.credential = Split(value, '/');
    if (name == "SignedHeaders") parsed.signed_headers = value;
    if (name == "Signature") parsed.signature = value;
  }
  const bool is_whole = parsed.credential.size() == kCredentialParts && parsed.credential[4] == "aws4_request" &&
                        !parsed.signed_headers.empty() && !parsed.signature.empty();
  return is_whole ? std::optional(std::move(parsed)) : std::nullopt;
}

std::string CanonicalQuery(const ApiTarget& target) {
  std::vector<std::pair<std::string, std::string>> escaped;
  escaped.reserve(target.query.size());
  for (const auto& [name, value] : target.query) escaped.emplace_back(Escaped(name, false), Escaped(value, false));
  std::sort(escaped.begin(), escaped.end());
  std::string query;
  for (const auto& [name, value] : escaped) {
    if (!query.empty()) query += '&';
    query.append(name).append("=").append(value);
  }
  return query;
}

// The values of a header, in their order, with commas between them.
std::string CanonicalValue(const HttpHeaders& headers, std::string_view name) {
  std::string value;
  bool is_first = true;
  for (const auto& header : headers) {
    if (HeaderOf({header}, name).data() == nullptr) continue;
    if (!is_first) value += ',';
    value += Trimmed(header.second);
    is_first = false;
  }
  return value;
}

std::string CanonicalRequest(const HttpRequest& request, const Authorization& authorization) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  std::string text = request.method + "\n" + Escaped(path.empty() ? "/" : path, true) + "\n" +
                     CanonicalQuery(ParseTarget(target)) + "\n";
  for (const std::string& name : Split(authorization.signed_headers, ';')) {
    text.append(name).append(":").append(CanonicalValue(request.headers, name)).append("\n");
  }
  return text + "\n" + authorization.signed_headers + "\n" + HexSha256(request.body.view());
}

std::string SignatureOf(const HttpRequest& request, const Authorization& authorization, std::string_view date,
                        const std::string& secret) {
  const std::string text = std::string(kAlgorithm) + "\n" + std::string(date) + "\n" + authorization.Scope() + "\n" +
                           HexSha256(CanonicalRequest(request, authorization));
  std::string key = "AWS4" + secret;
  for (std::size_t part = 1; part < kCredentialParts; ++part) key = Hmac(key, authorization.credential[part]);
  return Hex(Hmac(key, text));
}

// "20260102T030405Z".
std::optional<std::chrono::system_clock::time_point> ParseDate(const std::string& text) {
  std::tm utc{};
  const char* const end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &utc);
  if (end == nullptr || *end != '\0') return {};
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

std::string DateText(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

ApiError Refused(std::string type, std::string message) {
  return {403, std::move(type), std::move(message), {}};
}

ApiError InvalidSignature(std::string message) {
  return Refused("InvalidSignatureException", std::move(message));
}

bool Signs(const Authorization& authorization, std::string_view header) {
  const std::vector<std::string> names = Split(authorization.signed_headers, ';');
  return std::find(names.begin(), names.end(), header) != names.end();
}

Status BadFile(const std::string& file, std::string_view why) {
  return {Code::kInvalidArgument, "cannot use the credentials in " + file + ": " + std::string(why)};
}

}  // namespace

Result<AccessKeys> ReadCredentials(const std::string& file) {
  std::ifstream stream(file);
  struct stat state {};
  if (!stream || stat(file.c_str(), &state) != 0) return BadFile(file, std::strerror(errno));
  if (!S_ISREG(state.st_mode)) return BadFile(file, "it is no file");
  if ((state.st_mode & (S_IRWXG | S_IRWXO)) != 0) return BadFile(file, "others may read it; chmod 600 puts that right");
  AccessKeys keys;
  std::string id;
  for (std::string line; std::getline(stream, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) {
      if (line.find('[') != std::string::npos) id.clear();
      continue;
    }
    const std::string name = Trimmed(line.substr(0, equals));
    std::string value = Trimmed(line.substr(equals + 1));
    if (value.ends_with('\r')) value.pop_back();
    if (name == "aws_access_key_id") id = value;
    if (name == "aws_secret_access_key" && !id.empty() && !value.empty()) keys[id] = value;
  }
  if (keys.empty()) return BadFile(file, "there is no aws_access_key_id with an aws_secret_access_key in it");
  return keys;
}

std::optional<ApiError> SignatureVerifier::Verify(const HttpRequest& request, Clock::time_point now) {
  const std::string_view header = HeaderOf(request.headers, "Authorization");
  if (header.empty()) return Refused("MissingAuthenticationTokenException", "Missing Authentication Token");
  const auto authorization = ParseAuthorization(header);
  const std::string date(HeaderOf(request.headers, "X-Amz-Date"));
  const auto signed_at = ParseDate(date);
  const bool is_whole = authorization && signed_at && Signs(*authorization, "host") &&
                        Signs(*authorization, "x-amz-date") && date.starts_with(authorization->credential[1]);
  if (!is_whole) {
    return Refused(
        "IncompleteSignatureException",
        "The Authorization header is no whole AWS Signature Version 4, or X-Amz-Date and Host are not signed.");
  }
  const auto key = keys_.find(authorization->credential[0]);
  if (key == keys_.end() || authorization->credential[3] != "lambda") {
    return Refused("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  const std::string expected = SignatureOf(request, *authorization, date, key->second);
  if (expected.size() != authorization->signature.size() ||
      CRYPTO_memcmp(expected.data(), authorization->signature.data(), expected.size()) != 0) {
    return InvalidSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.");
  }
  if (*signed_at < now - kWindow) {
    return InvalidSignature("Signature expired: " + date + " is now earlier than " + DateText(now - kWindow) + " (" +
                            DateText(now) + " - 5 min.)");
  }
  if (*signed_at > now + kWindow) {
    return InvalidSignature("Signature not yet current: " + date + " is still later than " + DateText(now + kWindow) +
                            " (" + DateText(now) + " + 5 min.)");
  }
  if (IsReplay(expected, now) && now > *signed_at + kSameSecond)
    return InvalidSignature("The request has been sent before, with the same signature.");
  return {};
}

bool SignatureVerifier::IsReplay(const std::string& signature, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (now >= forgets_at_) {
    std::erase_if(seen_, [now](const auto& seen) { return seen.second < now; });
    forgets_at_ = now + kWindow;
  }
  return !seen_.emplace(signature, now + 2 * kWindow).second;
}

}  // namespace tandem::host
