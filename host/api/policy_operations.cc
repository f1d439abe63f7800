#include <algorithm>
#include <string>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/view.h"

namespace tandem::host {
namespace {

// Whose statement it is: the function's as a whole, or that of the qualifier that the request names.
std::string ResourceOf(const ApiCall& call, const FunctionReference& reference) {
  return FunctionArn(call.account, reference.name, reference.qualifier);
}

// Members that are not given are left out.
Json::Value StatementOf(const ApiCall& call, const FunctionReference& reference, const Json::Value& request) {
  Json::Value statement(Json::objectValue);
  statement["Sid"] = request["StatementId"];
  statement["Effect"] = "Allow";
  const std::string principal = request["Principal"].asString();
  if (principal == "*") {
    statement["Principal"] = principal;
  } else if (principal.ends_with(".amazonaws.com")) {
    statement["Principal"]["Service"] = principal;
  } else {
    statement["Principal"]["AWS"] = principal.starts_with("arn:") ? principal : "arn:aws:iam::" + principal + ":root";
  }
  statement["Action"] = request["Action"];
  statement["Resource"] = ResourceOf(call, reference);
  if (request["SourceArn"].isString()) statement["Condition"]["ArnLike"]["AWS:SourceArn"] = request["SourceArn"];
  if (request["SourceAccount"].isString()) {
    statement["Condition"]["StringEquals"]["AWS:SourceAccount"] = request["SourceAccount"];
  }
  return statement;
}

ApiError NoPolicy() {
  return NotFound("The resource you requested does not exist.");
}

// The statements about a resource.
Json::Value StatementsAbout(const StoredFunction& function, const std::string& resource) {
  Json::Value statements(Json::arrayValue);
  for (const Json::Value& statement : function.policy) {
    if (statement["Resource"] == resource) statements.append(statement);
  }
  return statements;
}

bool IsAbout(const Json::Value& statement, const std::string& id, const std::string& resource) {
  return statement["Sid"] == id && statement["Resource"] == resource;
}

}  // namespace

ApiResult<HttpResponse> AddPermission(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  Constraints constraints;
  for (const auto& [name, place] :
       {std::pair("StatementId", "statementId"), std::pair("Action", "action"), std::pair("Principal", "principal")}) {
    if (!(*request)[name].isString()) constraints.Missing(place);
  }
  if (!constraints.ok()) return constraints.error();
  const Json::Value statement = StatementOf(call, *reference, *request);
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (const auto version = FindVersion(call, function, *reference); !version) return version.error();
    const auto is_there = [&](const Json::Value& other) {
      return IsAbout(other, statement["Sid"].asString(), statement["Resource"].asString());
    };
    if (std::any_of(function.policy.begin(), function.policy.end(), is_there)) {
      return Conflict(
          "The statement id (" + statement["Sid"].asString() +
          ") provided already exists. Please provide a new statement id, or remove the existing statement.");
    }
    if (function.policy.isNull()) function.policy = Json::Value(Json::arrayValue);
    function.policy.append(statement);
    function.policy_revision_id = NewRevisionId();
    return true;
  });
  if (!changed) return changed.error();
  Json::Value answer(Json::objectValue);
  answer["Statement"] = JsonText(statement);
  return JsonResponse(201, answer);
}

ApiResult<HttpResponse> GetPolicy(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const auto function = FindFunction(context, call, *reference);
  if (!function) return function.error();
  Json::Value policy(Json::objectValue);
  policy["Version"] = "2012-10-17";
  policy["Id"] = "default";
  policy["Statement"] = StatementsAbout(**function, ResourceOf(call, *reference));
  if (policy["Statement"].empty()) return NoPolicy();
  Json::Value answer(Json::objectValue);
  answer["Policy"] = JsonText(policy);
  answer["RevisionId"] = (*function)->policy_revision_id;
  return JsonResponse(200, answer);
}

ApiResult<HttpResponse> RemovePermission(const ApiContext& context, const ApiCall& call) {
  const auto reference = call.Function();
  if (!reference) return reference.error();
  const std::string resource = ResourceOf(call, *reference);
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    Json::Value left(Json::arrayValue);
    for (const Json::Value& statement : function.policy) {
      if (!IsAbout(statement, call.parameters[1], resource)) left.append(statement);
    }
    if (left.size() == function.policy.size()) {
      return NotFound("Statement " + call.parameters[1] + " is not found in resource policy.");
    }
    function.policy = left.empty() ? Json::Value() : left;
    function.policy_revision_id = NewRevisionId();
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

}  // namespace tandem::host
