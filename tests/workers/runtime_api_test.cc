// The rules of the Runtime API, byte by byte.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <ostream>
#include <string>
#include <vector>

#include "tests/lib/covers.h"
#include "workers/runtime_api_client.h"

namespace tandem {
namespace {

using std::chrono::milliseconds;
using test::Bytes;
using test::HttpReply;
using test::RawClient;
using test::RuntimeApi;
using test::RuntimeApiInvocation;
using test::RuntimeApiResult;
using test::Served;
using Kind = RuntimeApiResult::Kind;

constexpr const char* kAccepted = "{\"status\":\"OK\"}\n";
constexpr const char* kWrongId = "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n";

std::string Transition(const std::string& from, const std::string& to) {
  return "{\"errorMessage\":\"State transition from " + from + " to " + to +
         " failed for runtime. Error: State transition is not allowed\",\"errorType\":\"InvalidStateTransition\"}\n";
}

// A time that passes while a test makes sure that something else does not happen.
RuntimeApi::Clock::time_point Soon() {
  return RuntimeApi::Clock::now() + milliseconds(50);
}

TEST(RuntimeApi, R01NextWaitsForAnEventWhichIsTheBody) {
  Served served;
  RawClient runtime = served.Connect();
  runtime.AskNext();
  EXPECT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
  auto result = served.Invoke("id-1", R"({"a":1})");
  const HttpReply reply = runtime.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"a":1})");
  EXPECT_EQ(runtime.Respond("id-1", R"("done")").body, kAccepted);
  const RuntimeApiResult answer = result.get();
  EXPECT_EQ(answer.kind, Kind::kAnswered);
  EXPECT_TRUE(answer.outcome.ok());
  EXPECT_EQ(Bytes(answer), R"("done")");
}

TEST(RuntimeApi, R01AnEventWaitsForTheRuntimeToo) {
  Served served;
  auto result = served.Invoke("id-1", "first");
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Next().body, "first");
  runtime.Respond("id-1", "1");
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApi, R02TheHeadHasEveryValueExactly) {
  Served served;
  RuntimeApiInvocation invocation;
  invocation.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
  invocation.payload = Payload::Copy("12345");
  invocation.content_type = "text/csv; charset=utf-8";
  invocation.deadline_ms = 1542409706888;
  invocation.invoked_function_arn = "arn:aws:lambda:us-east-2:123456789012:function:custom-runtime";
  invocation.trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
  invocation.client_context = R"({"custom":{"k":"ü"}})";
  invocation.cognito_identity = R"({"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"})";
  invocation.tenant_id = "blue tenant";
  auto result = served.Invoke(invocation);
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Next().head,
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: text/csv; charset=utf-8\r\n"
            "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"
            "Lambda-Runtime-Deadline-Ms: 1542409706888\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-2:123456789012:function:custom-runtime\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n"
            "Lambda-Runtime-Client-Context: {\"custom\":{\"k\":\"ü\"}}\r\n"
            "Lambda-Runtime-Cognito-Identity: {\"cognitoIdentityId\":\"i\",\"cognitoIdentityPoolId\":\"p\"}\r\n"
            "Lambda-Runtime-Aws-Tenant-Id: blue tenant\r\n"
            "Content-Length: 5\r\n\r\n");
  runtime.Respond(invocation.request_id, "");
  result.get();
}

TEST(RuntimeApi, R02EmptyValuesAreLeftOut_R03) {
  Served served;
  auto result = served.Invoke("id-1", "");
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Next().head,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n"
            "Content-Length: 0\r\n\r\n");
  runtime.Respond("id-1", "");
  EXPECT_EQ(Bytes(result.get()), "");
}

TEST(RuntimeApi, R02AValueCannotAddAField) {
  Served served;
  RuntimeApiInvocation invocation;
  invocation.request_id = "id-1";
  invocation.client_context = "{\r\n\"a\": 1}\nX-Other: 1";
  auto result = served.Invoke(invocation);
  RawClient runtime = served.Connect();
  HttpReply reply = runtime.Next();
  EXPECT_EQ(reply.fields["lambda-runtime-client-context"], "{  \"a\": 1} X-Other: 1");
  EXPECT_FALSE(reply.has("x-other"));
  runtime.Respond("id-1", "1");
  result.get();
}

TEST(RuntimeApi, R04NextAskedAgainGivesTheSameEvent) {
  Served served;
  auto result = served.Invoke("id-1", "event");
  RawClient runtime = served.Connect();
  const HttpReply first = runtime.Next();
  const HttpReply again = runtime.Next();
  EXPECT_EQ(again.head, first.head);
  EXPECT_EQ(again.body, "event");
  RawClient other = served.Connect();
  EXPECT_EQ(other.Next().body, "event") << "on another connection";
  EXPECT_EQ(other.Respond("id-1", "1").status, 202);
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApi, R05AResponseIsAcceptedInTheseBytes) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  const HttpReply reply = runtime.Respond("id-1", "[1, 2]", "Content-Type: application/x-mine\r\n");
  EXPECT_EQ(reply.head, "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n");
  EXPECT_EQ(reply.body, kAccepted);
  const RuntimeApiResult answer = result.get();
  EXPECT_EQ(Bytes(answer), "[1, 2]");
  EXPECT_EQ(answer.outcome.content_type(), "application/x-mine");
}

TEST(RuntimeApi, R05AResponseWithoutContentTypeIsJson) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Respond("id-1", "1");
  EXPECT_EQ(result.get().outcome.content_type(), "application/json");
}

TEST(RuntimeApi, R06AnErrorIsPassedOnByteForByte_E04) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  const std::string body =
      "{ \"errorType\":\"My.Error\", \"errorMessage\" : \"no\\u00fc\", \"stackTrace\": [\"one\", \"two\"], \"x\": 1 "
      "}\n";
  const HttpReply reply = runtime.Report("id-1", body, "Lambda-Runtime-Function-Error-Type: Runtime.Mine\r\n");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, kAccepted);
  const RuntimeApiResult answer = result.get();
  ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(Bytes(answer), body);
  EXPECT_EQ(answer.outcome.error().type, "My.Error");
  EXPECT_EQ(answer.outcome.error().message, "noü");
  EXPECT_EQ(answer.outcome.error().stack_trace, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(answer.outcome.error().reported_type, "Runtime.Mine");
  test::Covers("E-04");
}

// A body that is no JSON object, with the header only.
TEST(RuntimeApi, R06WhatIsNoJsonIsAnErrorToo) {
  for (const std::string& body : {std::string("oops"), std::string("[1]"), std::string(20000, '['), std::string("{")}) {
    Served served;
    auto result = served.Invoke("id-1");
    RawClient runtime = served.Connect();
    runtime.Next();
    EXPECT_EQ(runtime.Report("id-1", body, "lambda-runtime-function-error-type: Runtime.Odd\r\n").status, 202);
    const RuntimeApiResult answer = result.get();
    ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(Bytes(answer), body);
    EXPECT_EQ(answer.outcome.error().type, "Runtime.Odd");
  }
}

TEST(RuntimeApi, R06AReportWithoutBodyIsComposed) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Report("id-1", "", "Lambda-Runtime-Function-Error-Type: Runtime.Mine\r\n");
  EXPECT_EQ(Bytes(result.get()), R"({"errorMessage":"","errorType":"Runtime.Mine","stackTrace":[]})");
}

TEST(RuntimeApi, R07AnInitErrorIsWhatTheHostWaitsFor) {
  Served served;
  auto ready = served.WaitReady();
  RawClient runtime = served.Connect();
  const std::string body = R"({"errorMessage":"No module named 'x'","errorType":"Runtime.ImportModuleError"})";
  const HttpReply reply = runtime.Ask("POST", "/runtime/init/error", body,
                                      "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, kAccepted);
  const RuntimeApiResult result = ready.get();
  ASSERT_EQ(result.kind, Kind::kInitError);
  EXPECT_EQ(Bytes(result), body);
  EXPECT_EQ(result.outcome.error().type, "Runtime.ImportModuleError");
  EXPECT_EQ(result.outcome.error().message, "No module named 'x'");
  EXPECT_EQ(served->Invoke({}, test::kNoDeadline).kind, Kind::kInitError) << "E-34";
}

TEST(RuntimeApi, R07AnInitErrorEndsAnInvocationThatWaits) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Ask("POST", "/runtime/init/error", "{}").status, 202);
  EXPECT_EQ(result.get().kind, Kind::kInitError);
}

TEST(RuntimeApi, R07OnlyBeforeTheFirstNext_R10) {
  Served served;
  RawClient runtime = served.Connect();
  runtime.AskNext();
  ASSERT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
  RawClient other = served.Connect();
  const HttpReply reply = other.Ask("POST", "/runtime/init/error", "{}");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, Transition("Ready", "InitError"));
  EXPECT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady);
}

TEST(RuntimeApi, R08Ping) {
  Served served;
  const HttpReply reply = served.Connect().Ask("GET", "/ping");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "pong");
}

TEST(RuntimeApi, R08UnknownPathsAreNotFound) {
  Served served;
  RawClient client = served.Connect();
  for (const char* path : {"/", "", "/runtime", "/runtime/invocation/", "/runtime/invocation/next/", "/pingpong",
                           "/runtime/invocation/id-1", "/runtime/invocation//response", "/runtime/init/errors",
                           "/runtime/invocation/id-1/response/x", "/runtime/invocation/a/b/error"}) {
    EXPECT_EQ(client.Ask("GET", path).status, 404) << path;
    EXPECT_EQ(client.Ask("POST", path, "x").status, 404) << path;
  }
  client.Send("GET /runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read().status, 404) << "without the version";
}

TEST(RuntimeApi, R08WrongMethods) {
  Served served;
  RawClient client = served.Connect();
  for (const char* path : {"/ping", "/runtime/invocation/next"}) {
    EXPECT_EQ(client.Ask("POST", path, "x").status, 405) << path;
    EXPECT_EQ(client.Ask("HEAD", path).status, 405) << path;
  }
  for (const char* path : {"/runtime/init/error", "/runtime/invocation/id/response", "/runtime/invocation/id/error"}) {
    const HttpReply reply = client.Ask("GET", path);
    EXPECT_EQ(reply.head, "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n") << path;
    EXPECT_EQ(client.Ask("PUT", path, "x").status, 405) << path;
    EXPECT_EQ(client.Ask("DELETE", path).status, 405) << path;
  }
}

TEST(RuntimeApi, R09AWrongIdIsRefusedBeforeTheState) {
  Served served;
  RawClient runtime = served.Connect();
  const HttpReply early = runtime.Respond("id-1", "1");
  EXPECT_EQ(early.status, 400) << "no invocation yet";
  EXPECT_EQ(early.body, kWrongId);
  auto result = served.Invoke("id-1");
  runtime.Next();
  for (const char* id : {"id-2", "id-", "id-1%20", "%69d-2"}) {
    const HttpReply reply = runtime.Respond(id, "1");
    EXPECT_EQ(reply.status, 400) << id;
    EXPECT_EQ(reply.body, kWrongId) << id;
    EXPECT_EQ(runtime.Report(id, "{}").status, 400) << id;
  }
  EXPECT_EQ(runtime.Respond("%69d-1", "2").status, 202) << "escaped";
  EXPECT_EQ(Bytes(result.get()), "2");
}

TEST(RuntimeApi, R10ASecondAnswerIsRefused_R11) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Respond("id-1", "1");
  const HttpReply again = runtime.Respond("id-1", "2");
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.body, Transition("RuntimeResponseSentState", "InvocationResponse"));
  EXPECT_EQ(runtime.Report("id-1", "{}").body, Transition("RuntimeResponseSentState", "InvocationErrorResponse"));
  EXPECT_EQ(Bytes(result.get()), "1");
}

TEST(RuntimeApi, R10StatesAreNamed_R11) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  HttpReply early;
  do {  // until the invocation has begun
    early = runtime.Respond("id-1", "1");
  } while (early.status == 400);
  EXPECT_EQ(early.body, Transition("Started", "InvocationResponse"));
  runtime.Next();
  EXPECT_EQ(runtime.Ask("POST", "/runtime/init/error", "{}").body, Transition("Running", "InitError"));
  // A response that has begun, on another connection.
  RawClient slow = served.Connect();
  slow.Send(
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow.Read().status, 100);
  EXPECT_EQ(runtime.Next().body, Transition("InvocationResponse", "Ready"));
  EXPECT_EQ(runtime.Respond("id-1", "1").body, Transition("InvocationResponse", "InvocationResponse"));
  slow.Send("true");
  EXPECT_EQ(slow.Read().status, 202);
  EXPECT_EQ(Bytes(result.get()), "true");
}

TEST(RuntimeApi, R10AnErrorThatComesIsAStateToo_R11) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  RawClient slow = served.Connect();
  slow.Send(
      "POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow.Read().status, 100);
  EXPECT_EQ(runtime.Next().body, Transition("InvocationErrorResponse", "Ready"));
  slow.Send("{}");
  EXPECT_EQ(slow.Read().status, 202);
  EXPECT_EQ(result.get().outcome.kind(), Outcome::Kind::kFunctionError);
}

TEST(RuntimeApi, R10AfterAnInitErrorNothingIsAllowed_R11) {
  Served served;
  RawClient runtime = served.Connect();
  runtime.Ask("POST", "/runtime/init/error", "{}");
  EXPECT_EQ(runtime.Next().body, Transition("InitError", "Ready"));
  EXPECT_EQ(runtime.Ask("POST", "/runtime/init/error", "{}").body, Transition("InitError", "InitError"));
}

TEST(RuntimeApi, R14AnUnknownResponseMode) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  const HttpReply reply = runtime.Respond("id-1", "1", "Lambda-Runtime-Function-Response-Mode: Buffered\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            "{\"errorMessage\":\"Invalid function response mode\",\"errorType\":\"InvalidFunctionResponseMode\"}\n");
  const RuntimeApiResult answer = result.get();
  ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(answer.outcome.error().type, "Runtime.InvalidResponseModeHeader");
  auto next = served.Invoke("id-2");
  EXPECT_EQ(runtime.Next().fields["lambda-runtime-aws-request-id"], "id-2") << "the runtime goes on";
  runtime.Respond("id-2", "1");
  next.get();
}

TEST(RuntimeApi, R17AnErrorCauseIsTakenOut) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Report("id-1", R"({"errorCause":{"paths":[]},"errorMessage":"ü","errorType":"T","stackTrace":["f"]})",
                 "Content-Type: application/vnd.aws.lambda.error.cause+json\r\n");
  EXPECT_EQ(Bytes(result.get()), R"({"errorMessage":"ü","errorType":"T","stackTrace":["f"]})");
}

TEST(RuntimeApi, R17AnErrorWithCauseThatIsNoJson) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Report("id-1", "{", "Content-Type: application/vnd.aws.lambda.error.cause+json\r\n");
  EXPECT_EQ(Bytes(result.get()), "\"Invalid error body\"");
}

TEST(RuntimeApi, R19ThereIsNoSnapshotMode) {
  Served served;
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Ask("GET", "/runtime/restore/next").status, 404);
  EXPECT_EQ(runtime.Ask("POST", "/runtime/restore/error", "{}").status, 404);
}

TEST(RuntimeApi, R23ARuntimeThatDoesNotAskAgainIsNotReady) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Respond("id-1", "1");
  EXPECT_EQ(result.get().kind, Kind::kAnswered);
  EXPECT_EQ(served->WaitReady(Soon()).kind, Kind::kTimedOut);
  auto second = served.Invoke("id-2");
  EXPECT_EQ(runtime.Next().fields["lambda-runtime-aws-request-id"], "id-2");
  runtime.Respond("id-2", "2");
  EXPECT_EQ(Bytes(second.get()), "2");
}

TEST(RuntimeApi, ServesManyInvocationsOverOneConnection) {
  Served served;
  RawClient runtime = served.Connect();
  for (int i = 0; i < 300; ++i) {
    const std::string id = "id-" + std::to_string(i);
    auto result = served.Invoke(id, id);
    ASSERT_EQ(runtime.Next().body, id);
    ASSERT_EQ(runtime.Respond(id, "re: " + id).status, 202);
    ASSERT_EQ(Bytes(result.get()), "re: " + id);
  }
}

TEST(RuntimeApi, AnInvocationTimesOut) {
  Served served;
  EXPECT_EQ(served->WaitReady(Soon()).kind, Kind::kTimedOut);
  RuntimeApiInvocation invocation;
  invocation.request_id = "id-1";
  EXPECT_EQ(served->Invoke(invocation, Soon()).kind, Kind::kTimedOut) << "never fetched";
  RawClient runtime = served.Connect();
  runtime.AskNext();
  EXPECT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kReady) << "it is not given an event that is withdrawn";
  do {
    EXPECT_EQ(served->Invoke(invocation, Soon()).kind, Kind::kTimedOut) << "fetched";
  } while (!runtime.HasBytes());
  EXPECT_EQ(runtime.Read().status, 200);
  const HttpReply late = runtime.Respond("id-1", "1");
  EXPECT_EQ(late.status, 400) << "R-09";
  EXPECT_EQ(late.body, kWrongId);
  auto next = served.Invoke("id-2");
  EXPECT_EQ(runtime.Next().fields["lambda-runtime-aws-request-id"], "id-2");
  EXPECT_EQ(runtime.Respond("id-1", "1").status, 400) << "not another's answer";
  runtime.Respond("id-2", "2");
  EXPECT_EQ(Bytes(next.get()), "2");
}

TEST(RuntimeApi, AbandonEndsEveryWait) {
  Served served;
  auto ready = served.WaitReady();
  served->Abandon();
  EXPECT_EQ(ready.get().kind, Kind::kAbandoned);
  EXPECT_EQ(served->WaitReady(test::kNoDeadline).kind, Kind::kAbandoned);
  EXPECT_EQ(served->Invoke({}, test::kNoDeadline).kind, Kind::kAbandoned);
}

TEST(RuntimeApi, AbandonEndsAnInvocation_E40) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Close();
  served->Abandon();
  EXPECT_EQ(result.get().kind, Kind::kAbandoned);
}

}  // namespace
}  // namespace tandem
