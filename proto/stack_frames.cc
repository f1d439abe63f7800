#include "proto/stack_frames.h"

#include <google/protobuf/io/coded_stream.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "tandem/v1/outcome.pb.h"
#include "tandem/v1/worker.pb.h"

namespace tandem::proto {
namespace {

using google::protobuf::io::CodedInputStream;

// The wire format's, which protobuf does not publish.
constexpr std::uint32_t kWireTypeBits = 3;
enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

WireType WireTypeOf(std::uint32_t tag) {
  return static_cast<WireType>(tag & ((1U << kWireTypeBits) - 1));
}

// Members from a message down to the frames.
using Path = std::array<std::uint32_t, 4>;
constexpr std::array<Path, 2> kPaths = {
    Path{v1::FromWorker::kOpenedFieldNumber, v1::Opened::kFailureFieldNumber, v1::Outcome::kFunctionErrorFieldNumber,
         v1::FunctionError::kStackTraceFieldNumber},
    Path{v1::FromWorker::kDoneFieldNumber, v1::InvocationDone::kOutcomeFieldNumber,
         v1::Outcome::kFunctionErrorFieldNumber, v1::FunctionError::kStackTraceFieldNumber}};

// False: it ends within the value, or is of a type that proto3 does not have.
bool SkipNumber(CodedInputStream& input, WireType type) {
  std::uint64_t number = 0;
  switch (type) {
    case WireType::kVarint:
      return input.ReadVarint64(&number);
    case WireType::kFixed64:
      return input.Skip(sizeof(std::uint64_t));
    case WireType::kFixed32:
      return input.Skip(sizeof(std::uint32_t));
    default:
      return false;
  }
}

// Counts what is at the path's end, of a member that is there more than once in each. False: it is no message, or there
// are too many.
bool Count(std::string_view message, std::span<const std::uint32_t> path, std::size_t& count) {
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(message.data()), static_cast<int>(message.size()));
  while (const std::uint32_t tag = input.ReadTag()) {
    if (WireTypeOf(tag) != WireType::kBytes) {
      if (!SkipNumber(input, WireTypeOf(tag))) return false;
      continue;
    }
    std::uint32_t size = 0;
    if (!input.ReadVarint32(&size)) return false;
    const auto begin = static_cast<std::size_t>(input.CurrentPosition());
    if (size > message.size() - begin) return false;
    const bool is_on_path = tag >> kWireTypeBits == path.front();
    if (is_on_path && path.size() == 1 && ++count > kMostStackFrames) return false;
    if (is_on_path && path.size() > 1 && !Count(message.substr(begin, size), path.subspan(1), count)) return false;
    if (!input.Skip(static_cast<int>(size))) return false;
  }
  return input.ConsumedEntireMessage();
}

}  // namespace

bool MayBeParsed(std::string_view from_worker) {
  constexpr std::size_t kLeastOfAFrame = 2;
  if (from_worker.size() <= kMostStackFrames * kLeastOfAFrame) return true;
  if (from_worker.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  std::size_t count = 0;
  for (const Path& path : kPaths) {
    if (!Count(from_worker, path, count)) return false;
  }
  return true;
}

}  // namespace tandem::proto
