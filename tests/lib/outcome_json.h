// Outcomes and payloads in lines of JSON, for programs that tests in Python drive.
#ifndef TANDEM_TESTS_LIB_OUTCOME_JSON_H_
#define TANDEM_TESTS_LIB_OUTCOME_JSON_H_

#include <json/json.h>

#include <charconv>
#include <iostream>
#include <string>
#include <string_view>

#include "tandem/outcome.h"

namespace tandem::test {

// Bytes that need not be text, which a JSON string has to be.
inline std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 0xF]);
  }
  return hex;
}

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t at = 0; at + 2 <= hex.size(); at += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

// The payload of a line: `payload_hex`, or the text `payload`.
inline std::string PayloadOf(const Json::Value& line) {
  return line.isMember("payload_hex") ? FromHex(line["payload_hex"].asString()) : line["payload"].asString();
}

// `body`, or `body_hex` for a line whose payload came so; `content_type`, `fault`, and `error` with its parts.
inline Json::Value Describe(const Outcome& outcome, bool in_hex) {
  Json::Value line;
  if (in_hex) {
    line["body_hex"] = ToHex(outcome.payload().view());
  } else {
    line["body"] = std::string(outcome.payload().view());
  }
  line["content_type"] = std::string(outcome.content_type());
  if (outcome.kind() == Outcome::Kind::kFault) line["fault"] = outcome.fault().message();
  if (outcome.kind() != Outcome::Kind::kFunctionError) return line;
  Json::Value& error = line["error"];
  error["type"] = outcome.error().type;
  error["message"] = outcome.error().message;
  error["reported_type"] = outcome.error().reported_type;
  error["stack_trace"] = Json::arrayValue;
  for (const std::string& frame : outcome.error().stack_trace) error["stack_trace"].append(frame);
  return line;
}

inline void WriteLine(const Json::Value& line) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  std::cout << Json::writeString(builder, line) << '\n' << std::flush;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_OUTCOME_JSON_H_
