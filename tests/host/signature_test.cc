// Whose requests are served, and what is kept of their signatures.

#include "host/api/signature.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tandem::host {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

const SigningKey kKey{"AKIDEXAMPLE", "a secret/+=", ""};
constexpr auto kServed = "";

// A whole second, as dates are.
const SignatureVerifier::Clock::time_point kSignedAt =
    std::chrono::floor<std::chrono::seconds>(SignatureVerifier::Clock::now());

// A request that differs from others by its target.
HttpRequest Unsigned(const std::string& target = "/2015-03-31/functions/") {
  return {"GET", target, {{"Host", "127.0.0.1:9001"}}, {}};
}

HttpRequest Signed(HttpRequest request, SignatureVerifier::Clock::time_point at = kSignedAt,
                   const SigningKey& key = kKey) {
  Sign(request, key, "eu-central-1", at);
  return request;
}

class Signatures : public ::testing::Test {
 protected:
  // The type of the error; kServed: there is none.
  std::string Refusal(const HttpRequest& request, SignatureVerifier::Clock::time_point now = kSignedAt) {
    const auto error = verifier_.Verify(request, now);
    if (!error) return kServed;
    EXPECT_EQ(error->status, 403);
    return error->type;
  }

  SignatureVerifier verifier_{{{kKey.id, kKey.secret}}};
};

TEST_F(Signatures, WhatIsSignedIsServed) {
  HttpRequest request = Unsigned("/2015-03-31/functions/a%20b/invocations?Qualifier=%24LATEST&x");
  request.method = "POST";
  request.body = Payload::Copy("{}");
  request.headers.emplace_back("X-Amz-Client-Context", "e30=");
  EXPECT_EQ(Refusal(Signed(request)), kServed);
  request.headers.emplace_back("x-amz-log-type", "Tail");
  EXPECT_EQ(Refusal(Signed(request, kSignedAt, {kKey.id, kKey.secret, "a token"})), kServed);
}

TEST_F(Signatures, WhatIsNotWhatWasSignedIsRefused) {
  HttpRequest changed = Signed(Unsigned());
  changed.target += 'x';
  EXPECT_EQ(Refusal(changed), "InvalidSignatureException");
  changed = Signed(Unsigned());
  changed.body = Payload::Copy("{}");
  EXPECT_EQ(Refusal(changed), "InvalidSignatureException");
  changed = Signed(Unsigned());
  changed.headers[0].second = "127.0.0.1:9002";
  EXPECT_EQ(Refusal(changed), "InvalidSignatureException");
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt, {kKey.id, "another", ""})), "InvalidSignatureException");
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt, {"another", kKey.secret, ""})), "UnrecognizedClientException");
  EXPECT_EQ(Refusal(Unsigned()), "MissingAuthenticationTokenException");
}

TEST_F(Signatures, EveryHeaderOfTheApiIsSigned) {
  for (const auto* name : {"X-Amz-Client-Context", "x-amz-invocation-type", "X-AMZ-SECURITY-TOKEN"}) {
    HttpRequest request = Signed(Unsigned());
    request.headers.emplace_back(name, "e30=");
    EXPECT_EQ(Refusal(request), "InvalidSignatureException") << name;
  }
  for (const auto* name : {"X-Amzn-Trace-Id", "User-Agent", "amz-sdk-request"}) {  // what clients do not sign
    HttpRequest request = Signed(Unsigned());
    request.headers.emplace_back(name, "1");
    EXPECT_EQ(Refusal(request), kServed) << name;
  }
}

TEST_F(Signatures, DatesAreWithinTheWindow) {
  constexpr auto kWindow = SignatureVerifier::kWindow;
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt - kWindow)), kServed);
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt + kWindow)), kServed);
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt - kWindow - 1s)), "InvalidSignatureException");
  EXPECT_EQ(Refusal(Signed(Unsigned(), kSignedAt + kWindow + 1s)), "InvalidSignatureException");
}

TEST_F(Signatures, OneThatIsSentAgainIsRefusedAsLongAsItsDateIsGood) {
  constexpr auto kLast = SignatureVerifier::kWindow;
  constexpr auto kSameSecond = SignatureVerifier::kSameSecond;
  const HttpRequest request = Signed(Unsigned());
  EXPECT_EQ(Refusal(request, kSignedAt), kServed);
  EXPECT_EQ(Refusal(request, kSignedAt + kSameSecond), kServed);  // it may be another one
  const HttpRequest ahead = Signed(Unsigned("/ahead"), kSignedAt + kLast);
  EXPECT_EQ(Refusal(ahead, kSignedAt), kServed);
  for (auto later = kSameSecond + 1s; later <= kLast; ++later) {
    // Others come meanwhile, and each lets go of something.
    ASSERT_EQ(Refusal(Signed(Unsigned(), kSignedAt + later), kSignedAt + later), kServed);
    ASSERT_EQ(Refusal(request, kSignedAt + later), "InvalidSignatureException") << later.count();
  }
  EXPECT_EQ(Refusal(ahead, kSignedAt + kLast + kSameSecond + 1s), "InvalidSignatureException");
  EXPECT_EQ(Refusal(ahead, kSignedAt + 2 * kLast), "InvalidSignatureException");
}

// How many are kept is bounded by those whose date is good.
TEST_F(Signatures, AreKeptAsLongAsTheirDateIsGood) {
  constexpr int kEachSecond = 3;
  constexpr auto kKept = SignatureVerifier::kWindow + 2 * SignatureVerifier::kSameSecond;
  for (auto second = 0s; second < 30min; ++second) {
    for (int i = 0; i < kEachSecond; ++i) {
      const auto now = kSignedAt + second;
      ASSERT_EQ(Refusal(Signed(Unsigned("/" + std::to_string(i)), now), now), kServed);
    }
    ASSERT_LE(verifier_.kept(), kEachSecond * std::chrono::seconds(kKept).count()) << second.count();
  }
}

// So that nobody waits for who lets go of all that came within minutes.
TEST_F(Signatures, AreLetGoOfByAFewAtATime) {
  constexpr std::size_t kMany = 2000;
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(Refusal(Signed(Unsigned("/" + std::to_string(i)))), kServed);
  }
  EXPECT_EQ(verifier_.kept(), kMany);
  const auto later = kSignedAt + 4 * SignatureVerifier::kWindow;
  std::size_t before = kMany;
  std::size_t requests = 0;
  for (; verifier_.kept() > requests; ++requests) {
    ASSERT_EQ(Refusal(Signed(Unsigned("/later/" + std::to_string(requests)), later), later), kServed);
    ASSERT_LE(before, verifier_.kept() + 8);
    ASSERT_LT(verifier_.kept(), before) << "more come than go";
    before = verifier_.kept();
  }
  EXPECT_EQ(verifier_.kept(), requests);
}

TEST_F(Signatures, ServeManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 300;
  std::vector<std::thread> threads;
  std::vector<int> served(kThreads);
  const auto later = kSignedAt + SignatureVerifier::kSameSecond + 1s;
  std::vector<HttpRequest> requests;  // which all of them send
  requests.reserve(kEach);
  for (int i = 0; i < kEach; ++i) requests.push_back(Signed(Unsigned("/" + std::to_string(i))));
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (const HttpRequest& request : requests) served[thread] += verifier_.Verify(request, later) ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  int all = 0;
  for (const int each : served) all += each;
  EXPECT_EQ(all, kEach);  // each of them once
}

class Credentials : public ::testing::Test {
 protected:
  Result<AccessKeys> Read(const std::string& text, mode_t mode = S_IRUSR | S_IWUSR) {
    std::ofstream(file_, std::ios::trunc) << text;
    EXPECT_EQ(chmod(file_.c_str(), mode), 0);
    return ReadCredentials(file_);
  }
  ~Credentials() override { static_cast<void>(remove(file_.c_str())); }

  const std::string file_ = ::testing::TempDir() + "tandem-credentials-" + std::to_string(getpid());
};

TEST_F(Credentials, EveryProfileIsAKey) {
  const auto keys = Read(
      "# mine\n[default]\r\naws_access_key_id = A\r\naws_secret_access_key = a/+=\r\n"
      "[profile b]\naws_access_key_id=B\nregion = eu-west-1\naws_secret_access_key=b\n"
      "[lacks its id]\naws_secret_access_key=c\n");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(*keys, (AccessKeys{{"A", "a/+="}, {"B", "b"}}));
}

TEST_F(Credentials, AFileThatIsNoUseIsRefused) {
  EXPECT_NE(Read("").status().message().find("there is no aws_access_key_id"), std::string::npos);
  const std::string one = "aws_access_key_id = A\naws_secret_access_key = a\n";
  EXPECT_TRUE(Read(one).ok());
  EXPECT_NE(Read(one, S_IRUSR | S_IWUSR | S_IRGRP).status().message().find("others may read it"), std::string::npos);
  EXPECT_NE(ReadCredentials(::testing::TempDir()).status().message().find("it is no file"), std::string::npos);
  EXPECT_EQ(ReadCredentials(file_ + ".none").status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace tandem::host
