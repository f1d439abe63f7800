#include "host/api/event_stream.h"

#include <boost/crc.hpp>
#include <cstdint>

namespace tandem::host {
namespace {

constexpr std::uint8_t kStringHeader = 7;
constexpr std::size_t kPreludeSize = 12;
constexpr std::size_t kChecksumSize = 4;

// Big endian.
void AppendNumber(std::string& out, std::size_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(number >> static_cast<unsigned>(shift));
}

void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  AppendNumber(out, name.size(), 1);
  out.append(name);
  AppendNumber(out, kStringHeader, 1);
  AppendNumber(out, value.size(), 2);
  out.append(value);
}

void AppendChecksum(std::string& out) {
  boost::crc_32_type crc;
  crc.process_bytes(out.data(), out.size());
  AppendNumber(out, crc.checksum(), kChecksumSize);
}

}  // namespace

std::string EventMessage(std::string_view event_type, std::string_view content_type, std::string_view payload) {
  std::string headers;
  AppendHeader(headers, ":message-type", "event");
  AppendHeader(headers, ":event-type", event_type);
  AppendHeader(headers, ":content-type", content_type);
  std::string message;
  message.reserve(kPreludeSize + headers.size() + payload.size() + kChecksumSize);
  AppendNumber(message, kPreludeSize + headers.size() + payload.size() + kChecksumSize, 4);
  AppendNumber(message, headers.size(), 4);
  AppendChecksum(message);
  message.append(headers).append(payload);
  AppendChecksum(message);
  return message;
}

}  // namespace tandem::host
