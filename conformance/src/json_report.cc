#include <json/value.h>
#include <json/writer.h>

#include <algorithm>

#include "conformance/report.h"
#include "host/api/json.h"
#include "report_parts.h"
#include "report_text.h"

namespace tandem::conformance {
namespace {

// "payload", or "payloadBase64" for what is no text.
void PutBytes(Json::Value& object, const std::string& name, const std::string& bytes) {
  if (IsText(bytes)) {
    object[name] = bytes;
  } else {
    object[name + "Base64"] = host::Base64(bytes);
  }
}

Json::Value SecondsIn(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// All of them in one way.
void PutChunks(Json::Value& object, const std::vector<std::string>& chunks) {
  const bool are_texts = std::all_of(chunks.begin(), chunks.end(), IsText);
  Json::Value& list = object[are_texts ? "chunks" : "chunksBase64"] = Json::arrayValue;
  for (const std::string& each : chunks) list.append(are_texts ? each : host::Base64(each));
}

Json::Value JsonOf(const Observation& seen) {
  Json::Value value = Json::objectValue;
  value["duration"] = SecondsIn(seen.duration);
  PutBytes(value, "log", seen.log);
  if (!seen.problem.empty()) {
    value["problem"] = Visible(seen.problem);
    return value;
  }
  value["failed"] = seen.failed;
  PutBytes(value, "payload", seen.payload);
  if (seen.failed) {
    PutBytes(value, "errorType", seen.error_type);
    PutBytes(value, "errorMessage", seen.error_message);
  }
  if (!seen.chunks.empty()) PutChunks(value, seen.chunks);
  return value;
}

Json::Value JsonOf(const Difference& difference) {
  Json::Value value = Json::objectValue;
  value["what"] = Visible(difference.what);
  PutBytes(value, "expected", difference.expected);
  PutBytes(value, "seen", difference.seen);
  return value;
}

Json::Value JsonOf(const CaseResult& result) {
  Json::Value value = Json::objectValue;
  value["suite"] = Visible(result.suite);
  value["name"] = Visible(result.name);
  value["place"] = Visible(result.place);
  value["function"] = Visible(result.function);
  value["handler"] = Visible(result.handler);
  value["language"] = Visible(result.language);
  value["target"] = Visible(result.target);
  value["rules"] = Json::arrayValue;
  for (const std::string& rule : result.rules) value["rules"].append(Visible(rule));
  value["verdict"] = std::string(WordOf(result.verdict));
  value["differences"] = Json::arrayValue;
  for (const Difference& each : result.differences) value["differences"].append(JsonOf(each));
  if (result.verdict == Verdict::kSkipped) {
    value["reason"] = Visible(result.reason);
    return value;
  }
  value["observation"] = JsonOf(result.observation);
  value["evidence"]["place"] = Visible(result.observation.evidence.place);
  value["evidence"]["runtime"] = Visible(result.observation.evidence.runtime);
  return value;
}

}  // namespace

std::string JsonReport(const Run& run) {
  const Counts counts = CountsOf(run.results);
  Json::Value value = Json::objectValue;
  value["version"] = Visible(run.version);
  value["start"] = TimeText(run.start);
  value["duration"] = SecondsIn(run.duration);
  value["counts"]["passed"] = Json::UInt64{counts.passed};
  value["counts"]["differs"] = Json::UInt64{counts.differing};
  value["counts"]["skipped"] = Json::UInt64{counts.skipped};
  value["results"] = Json::arrayValue;
  for (const CaseResult& each : run.results) value["results"].append(JsonOf(each));
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "  ";
  builder["emitUTF8"] = true;
  builder["precision"] = 6;
  builder["precisionType"] = "decimal";
  return Json::writeString(builder, value) + "\n";
}

}  // namespace tandem::conformance
