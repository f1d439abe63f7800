#include "host/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace tandem::host {
namespace {

constexpr std::size_t kBase64Size = 44;

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string Base64(const unsigned char* digest) {
  std::array<unsigned char, kBase64Size + 1> text{};  // and the end that EVP_EncodeBlock writes
  const int size = EVP_EncodeBlock(text.data(), digest, SHA256_DIGEST_LENGTH);
  return {text.begin(), text.begin() + size};
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  Digest digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return Base64(digest.data());
}

std::string HexOfDigest(std::string_view base64) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (base64.size() != kBase64Size) return "";
  std::array<unsigned char, SHA256_DIGEST_LENGTH + 1> digest{};  // and the byte that the last = stands for
  const auto* const text = reinterpret_cast<const unsigned char*>(base64.data());
  // Decoding takes more than digests; encoding gives nothing else.
  if (EVP_DecodeBlock(digest.data(), text, kBase64Size) < 0 || Base64(digest.data()) != base64) return "";
  std::string hex;
  for (std::size_t i = 0; i < SHA256_DIGEST_LENGTH; ++i) {
    hex += kHex[digest[i] >> 4U];
    hex += kHex[digest[i] & 0x0FU];
  }
  return hex;
}

}  // namespace tandem::host
