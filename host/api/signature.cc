#include "host/api/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
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

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Whether clients sign each header of that name, in lower case, where they send it. "x-amzn-" is of another kind: of
// those, proxies add and change some.
bool IsAlwaysSigned(std::string_view name) {
  return name == "host" || name.starts_with("x-amz-");
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
  for (const auto& [name, value] : target.query)
    escaped.emplace_back(PercentEncoded(name, false), PercentEncoded(value, false));
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
  std::string text = request.method + "\n" + PercentEncoded(path.empty() ? "/" : path, true) + "\n" +
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

// In lower case, of a header that has to be signed and is not; "": there is none.
std::string UnsignedHeader(const HttpHeaders& headers, const Authorization& authorization) {
  for (const auto& header : headers) {
    std::string name = Lower(header.first);
    if (IsAlwaysSigned(name) && !Signs(authorization, name)) return name;
  }
  return {};
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

void Sign(HttpRequest& request, const SigningKey& key, const std::string& region,
          std::chrono::system_clock::time_point now) {
  const std::string date = DateText(now);
  request.headers.emplace_back("X-Amz-Date", date);
  if (!key.session_token.empty()) request.headers.emplace_back("X-Amz-Security-Token", key.session_token);
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) {
    std::string lower = Lower(name);
    if (IsAlwaysSigned(lower)) names.push_back(std::move(lower));
  }
  std::sort(names.begin(), names.end());
  Authorization authorization;
  constexpr std::size_t kDay = std::string_view("20260102").size();
  authorization.credential = {key.id, date.substr(0, kDay), region, "lambda", "aws4_request"};
  for (const std::string& name : names) {
    authorization.signed_headers += (authorization.signed_headers.empty() ? "" : ";") + name;
  }
  const std::string signature = SignatureOf(request, authorization, date, key.secret);
  request.headers.emplace_back("Authorization",
                               std::string(kAlgorithm) + " Credential=" + key.id + "/" + authorization.Scope() +
                                   ", SignedHeaders=" + authorization.signed_headers + ", Signature=" + signature);
}

std::optional<ApiError> SignatureVerifier::Verify(const HttpRequest& request, Clock::time_point now) {
  const std::string_view header = HeaderOf(request.headers, "Authorization");
  if (header.empty()) return Refused("MissingAuthenticationTokenException", "Missing Authentication Token");
  const auto authorization = ParseAuthorization(header);
  const std::string date(HeaderOf(request.headers, "X-Amz-Date"));
  const auto signed_at = ParseDate(date);
  const bool is_whole =
      authorization && signed_at && Signs(*authorization, "host") && Signs(*authorization, "x-amz-date");
  if (!is_whole) {
    return Refused(
        "IncompleteSignatureException",
        "The Authorization header is no whole AWS Signature Version 4, or X-Amz-Date and Host are not signed.");
  }
  const auto key = keys_.find(authorization->credential[0]);
  if (key == keys_.end() || authorization->credential[3] != "lambda") {
    return Refused("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  if (const std::string& day = authorization->credential[1]; !date.starts_with(day)) {
    return InvalidSignature(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" + day + "' != '" +
        date.substr(0, day.size()) + "', from '" + date + "'.");
  }
  const std::string expected = SignatureOf(request, *authorization, date, key->second);
  if (expected.size() != authorization->signature.size() ||
      CRYPTO_memcmp(expected.data(), authorization->signature.data(), expected.size()) != 0) {
    return InvalidSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.");
  }
  if (const std::string name = UnsignedHeader(request.headers, *authorization); !name.empty()) {
    return InvalidSignature("The request has a header that is not signed, and has to be: " + name);
  }
  if (*signed_at < now - kWindow) {
    return InvalidSignature("Signature expired: " + date + " is now earlier than " + DateText(now - kWindow) + " (" +
                            DateText(now) + " - 5 min.)");
  }
  if (*signed_at > now + kWindow) {
    return InvalidSignature("Signature not yet current: " + date + " is still later than " + DateText(now + kWindow) +
                            " (" + DateText(now) + " + 5 min.)");
  }
  if (IsReplay(expected, *signed_at, now) && now > *signed_at + kSameSecond)
    return InvalidSignature("The request has been sent before, with the same signature.");
  return {};
}

bool SignatureVerifier::IsReplay(std::string_view signature, Clock::time_point date, Clock::time_point now) {
  Mark mark{};
  constexpr std::size_t kDigits = 2 * sizeof(mark[0]);
  for (std::size_t i = 0; i < mark.size(); ++i) {
    std::from_chars(&signature[i * kDigits], &signature[(i + 1) * kDigits], mark[i], 16);
  }
  const std::scoped_lock lock(mutex_);
  LetGo(now);
  const bool is_new = seen_[date].insert(mark).second;
  if (is_new) ++kept_;
  return !is_new;
}

// Of what is refused for its date alone. More than one request brings, so that it all goes in time, and not much more,
// so that nobody waits long for the lock.
void SignatureVerifier::LetGo(Clock::time_point now) {
  constexpr int kMost = 4;
  constexpr auto kGood = kWindow + kSameSecond;  // threads come here later than their `now`
  for (int i = 0; i < kMost && !seen_.empty() && seen_.begin()->first + kGood < now; ++i) {
    std::set<Mark>& oldest = seen_.begin()->second;
    if (!oldest.empty()) {
      oldest.erase(oldest.begin());
      --kept_;
    }
    if (oldest.empty()) seen_.erase(seen_.begin());
  }
}

std::size_t SignatureVerifier::kept() {
  const std::scoped_lock lock(mutex_);
  return kept_;
}

}  // namespace tandem::host
