#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/layer_reference.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "host/api/view.h"

namespace tandem::host {
namespace {

// Whose statement it is: the function's as a whole, or that of the qualifier that the request names.
std::string ResourceOf(const ApiCall& call, const FunctionReference& reference) {
  return FunctionArn(call.account, reference.name, reference.qualifier);
}

// Whom a statement is for, as it says so.
Json::Value PrincipalOf(const std::string& principal) {
  Json::Value value;
  if (principal == "*") {
    value = principal;
  } else if (principal.ends_with(".amazonaws.com")) {
    value["Service"] = principal;
  } else {
    value["AWS"] = principal.starts_with("arn:") ? principal : "arn:aws:iam::" + principal + ":root";
  }
  return value;
}

// Members that are not given are left out.
Json::Value StatementOf(const ApiCall& call, const FunctionReference& reference, const Json::Value& request) {
  Json::Value statement(Json::objectValue);
  statement["Sid"] = request["StatementId"];
  statement["Effect"] = "Allow";
  statement["Principal"] = PrincipalOf(request["Principal"].asString());
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

ApiError IsThere(const std::string& id) {
  return Conflict("The statement id (" + id +
                  ") provided already exists. Please provide a new statement id, or remove the existing statement.");
}

ApiError IsNotThere(const std::string& id) {
  return NotFound("Statement " + id + " is not found in resource policy.");
}

// The answer of the operations that read a policy.
HttpResponse PolicyAnswer(const Json::Value& statements, const std::string& revision_id) {
  Json::Value policy(Json::objectValue);
  policy["Version"] = "2012-10-17";
  policy["Id"] = "default";
  policy["Statement"] = statements;
  Json::Value answer(Json::objectValue);
  answer["Policy"] = JsonText(policy);
  answer["RevisionId"] = revision_id;
  return JsonResponse(200, answer);
}

// Whether a request has what every statement has.
ApiResult<bool> CheckStatement(const Json::Value& request) {
  Constraints constraints;
  for (const auto& [name, place] :
       {std::pair("StatementId", "statementId"), std::pair("Action", "action"), std::pair("Principal", "principal")}) {
    if (!request[name].isString()) constraints.Missing(place);
  }
  if (constraints.ok()) return true;
  return constraints.error();
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

// A-08, for the policy of a layer's version.
ApiResult<bool> CheckPolicyRevision(const ApiCall& call, const LayerVersion& version) {
  const std::string given = call.Query("RevisionId");
  if (given.empty() || given == version.policy_revision_id) return true;
  return PreconditionFailed(
      "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the "
      "latest Revision Id");
}

// Of a layer's version.
ApiResult<Json::Value> LayerStatementOf(const Json::Value& request, const std::string& arn) {
  if (const auto checked = CheckStatement(request); !checked) return checked.error();
  if (const std::string action = request["Action"].asString(); action != "lambda:GetLayerVersion") {
    Constraints constraints;
    constraints.Violated("action", action, "Member must satisfy regular expression pattern: lambda:GetLayerVersion");
    return constraints.error();
  }
  Json::Value statement(Json::objectValue);
  statement["Sid"] = request["StatementId"];
  statement["Effect"] = "Allow";
  statement["Principal"] = PrincipalOf(request["Principal"].asString());
  statement["Action"] = request["Action"];
  statement["Resource"] = arn;
  if (request["OrganizationId"].isString()) {
    statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] = request["OrganizationId"];
  }
  return statement;
}

// Changes the policy of the layer's version that is named, and says what it is then. Errors:
// ResourceNotFoundException; PreconditionFailedException; what `change` refuses with; the store's.
ApiResult<LayerVersion> ChangeLayerPolicy(const ApiContext& context, const ApiCall& call,
                                          const LayerVersionReference& reference,
                                          const std::function<ApiResult<bool>(Json::Value& statements)>& change) {
  LayerVersion changed;
  const auto edit = [&](StoredLayer& layer) -> ApiResult<bool> {
    const auto found = layer.versions.find(reference.number);
    if (found == layer.versions.end()) {
      return NotFound("Layer version " + LayerArn(call.account, reference.name, reference.number) + " does not exist.");
    }
    changed = *found->second;
    if (const auto checked = CheckPolicyRevision(call, changed); !checked) return checked.error();
    if (const auto done = change(changed.policy); !done) return done.error();
    if (changed.policy.empty()) changed.policy = Json::Value();
    changed.policy_revision_id = NewRevisionId();
    found->second = std::make_shared<const LayerVersion>(changed);
    return true;
  };
  if (const auto done = ChangeLayer(context, reference.name, edit); !done) return done.error();
  return changed;
}

}  // namespace

ApiResult<HttpResponse> AddPermission(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = call.Function();
  if (!reference) return reference.error();
  if (const auto checked = CheckStatement(*request); !checked) return checked.error();
  const Json::Value statement = StatementOf(call, *reference, *request);
  const auto changed = ChangeFunction(context, call, *reference, [&](StoredFunction& function) -> ApiResult<bool> {
    if (const auto version = FindVersion(call, function, *reference); !version) return version.error();
    const auto is_there = [&](const Json::Value& other) {
      return IsAbout(other, statement["Sid"].asString(), statement["Resource"].asString());
    };
    if (std::any_of(function.policy.begin(), function.policy.end(), is_there)) {
      return IsThere(statement["Sid"].asString());
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
  const Json::Value statements = StatementsAbout(**function, ResourceOf(call, *reference));
  if (statements.empty()) return NoPolicy();
  return PolicyAnswer(statements, (*function)->policy_revision_id);
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
    if (left.size() == function.policy.size()) return IsNotThere(call.parameters[1]);
    function.policy = left.empty() ? Json::Value() : left;
    function.policy_revision_id = NewRevisionId();
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

ApiResult<HttpResponse> AddLayerVersionPermission(const ApiContext& context, const ApiCall& call) {
  const auto request = call.Body();
  if (!request) return request.error();
  const auto reference = LayerVersionOf(call);
  if (!reference) return reference.error();
  const auto statement = LayerStatementOf(*request, LayerArn(call.account, reference->name, reference->number));
  if (!statement) return statement.error();
  const auto changed = ChangeLayerPolicy(context, call, *reference, [&](Json::Value& statements) -> ApiResult<bool> {
    for (const Json::Value& other : statements) {
      if (other["Sid"] == (*statement)["Sid"]) return IsThere(other["Sid"].asString());
    }
    statements.append(*statement);
    return true;
  });
  if (!changed) return changed.error();
  Json::Value answer(Json::objectValue);
  answer["Statement"] = JsonText(*statement);
  answer["RevisionId"] = changed->policy_revision_id;
  return JsonResponse(201, answer);
}

ApiResult<HttpResponse> GetLayerVersionPolicy(const ApiContext& context, const ApiCall& call) {
  const auto reference = LayerVersionOf(call);
  if (!reference) return reference.error();
  const auto version = FindLayerVersion(context.store, *reference);
  if (version == nullptr || version->policy.empty()) {
    return NotFound("No policy is associated with the given resource.");
  }
  return PolicyAnswer(version->policy, version->policy_revision_id);
}

ApiResult<HttpResponse> RemoveLayerVersionPermission(const ApiContext& context, const ApiCall& call) {
  const auto reference = LayerVersionOf(call);
  if (!reference) return reference.error();
  const std::string& id = call.parameters[2];
  const auto changed = ChangeLayerPolicy(context, call, *reference, [&](Json::Value& statements) -> ApiResult<bool> {
    Json::Value left(Json::arrayValue);
    for (const Json::Value& statement : statements) {
      if (statement["Sid"] != id) left.append(statement);
    }
    if (left.size() == statements.size()) return IsNotThere(id);
    statements = std::move(left);
    return true;
  });
  if (!changed) return changed.error();
  return NoContent();
}

}  // namespace tandem::host
