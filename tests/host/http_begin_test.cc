// Requests that are begun by the thread that waits for all connections, with clients that are sockets.
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/http/server.h"
#include "tests/host/http_client.h"
#include "tests/lib/hang_guard.h"

namespace tandem::host {
namespace {

using test::GuardAgainstHang;
using workers::FileDescriptor;
using Clock = std::chrono::steady_clock;

// Something that answers wait for, as those of a worker do: for a descriptor that it has as long as it lives.
class Bell {
 public:
  explicit Bell(std::uint64_t number) : number_(number), descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void Ring() {
    rung_ = true;
    const std::uint64_t one = 1;
    EXPECT_EQ(write(descriptor_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  bool TakeRing() {
    std::uint64_t count = 0;
    static_cast<void>(read(descriptor_.get(), &count, sizeof count) < 0);
    return rung_.exchange(false);
  }
  PendingResponse::Source source() const { return {number_, {-1, descriptor_.get(), -1}}; }

 private:
  const std::uint64_t number_;
  const FileDescriptor descriptor_;
  std::atomic<bool> rung_{false};
};

HttpResponse Response(std::string_view body) {
  HttpResponse response;
  response.body = Payload::Copy(body);
  return response;
}

class Ringing final : public PendingResponse {
 public:
  Ringing(Bell& bell, std::string body, Clock::time_point due) : bell_(bell), body_(std::move(body)), due_(due) {}

  Source source() const override { return bell_.source(); }
  Clock::time_point due() const override { return due_; }
  Progress Look() override {
    if (Clock::now() >= due_) return Progress::kNeedsWait;
    return bell_.TakeRing() ? Progress::kReady : Progress::kRuns;
  }
  HttpResponse Finish() override { return Response(Clock::now() >= due_ ? "late" : "rung " + body_); }

 private:
  Bell& bell_;
  const std::string body_;
  const Clock::time_point due_;
};

// Which has to wait from the beginning.
class Waiting final : public PendingResponse {
 public:
  Waiting(std::thread::id beginner, std::string body) : beginner_(beginner), body_(std::move(body)) {}

  Source source() const override { return {}; }
  Clock::time_point due() const override { return Clock::time_point::max(); }
  Progress Look() override { return Progress::kNeedsWait; }
  HttpResponse Finish() override {
    return Response(std::this_thread::get_id() == beginner_ ? "the thread that may not" : "waited " + body_);
  }

 private:
  const std::thread::id beginner_;
  const std::string body_;
};

// Whose answer is there, though nothing will ever say so.
class Silent final : public PendingResponse {
 public:
  Source source() const override { return {3, {-1, -1, -1}}; }
  Clock::time_point due() const override { return {}; }
  Progress Look() override { return Progress::kReady; }
  HttpResponse Finish() override { return Response("silent"); }
};

// Requests to /begun... are begun.
class Application final : public HttpApplication {
 public:
  std::size_t LargestBody(const HttpRequest&) override { return 10'000'000; }
  HttpResponse Handle(const HttpRequest& request) override {
    return Response("handled " + std::string(request.body.view()));
  }
  HttpResponse Refuse(HttpRefusal refusal, const HttpRequest&) override {
    HttpResponse response;
    response.status = refusal == HttpRefusal::kTooSlow ? 408 : 400;
    return response;
  }
  bool IsBegun(const HttpRequest& head) override { return head.target.starts_with("/begun"); }
  BegunResponse Begin(const HttpRequest& request) override {
    ++begun;
    const std::string body(request.body.view());
    if (request.target == "/begun/bell") return std::make_unique<Ringing>(bell, body, due);
    if (request.target == "/begun/second-bell") return std::make_unique<Ringing>(second_bell, body, due);
    if (request.target == "/begun/waits") return std::make_unique<Waiting>(std::this_thread::get_id(), body);
    if (request.target == "/begun/silent") return std::make_unique<Silent>();
    if (request.target == "/begun/large") return Response(std::string(kLarge, 'x'));
    if (request.target == "/begun/throws") throw std::bad_alloc();
    return Response("begun " + body);
  }

  static constexpr std::size_t kLarge = 32'000'000;
  Bell bell{1};
  Bell second_bell{2};
  Clock::time_point due = Clock::time_point::max();
  std::atomic<int> begun{0};
};

class HttpBeginning : public testing::Test {
 protected:
  void Open(HttpLimits limits = {}) {
    GuardAgainstHang("the HTTP server");
    auto opened = HttpServer::Open("127.0.0.1:0", limits);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    server_ = std::move(*opened);
    ASSERT_TRUE(server_->Start(application_).ok());
  }
  FileDescriptor Connected() { return Connect(*server_); }
  void AwaitBegun(int count) const {
    while (application_.begun < count) std::this_thread::yield();
  }

  Application application_;
  std::unique_ptr<HttpServer> server_;
};

// The answer's body where that is `body`, with a connection that stays.
bool Answers(const FileDescriptor& socket, std::string_view body) {
  return Receive(socket, "\r\n\r\n" + std::string(body)).ends_with("\r\n\r\n" + std::string(body));
}

TEST_F(HttpBeginning, AnAnswerMayBeThereAtOnceLaterOrNeedAThread) {
  Open();
  const FileDescriptor socket = Connected();
  for (int i = 0; i < 50; ++i) {
    const std::string body = "<" + std::to_string(i) + ">";
    Send(socket, Post("/begun", body));
    EXPECT_TRUE(Answers(socket, "begun " + body));
    Send(socket, Post("/begun/bell", body));
    application_.bell.Ring();
    EXPECT_TRUE(Answers(socket, "rung " + body));
    Send(socket, Post("/begun/waits", body));
    EXPECT_TRUE(Answers(socket, "waited " + body));
    Send(socket, Post("/begun/silent", body));
    EXPECT_TRUE(Answers(socket, "silent"));
    Send(socket, Post("/else", body));
    EXPECT_TRUE(Answers(socket, "handled " + body));
  }
  EXPECT_EQ(application_.begun, 200);
}

TEST_F(HttpBeginning, WhatWaitsDelaysNobody) {
  Open();
  const FileDescriptor first = Connected();
  const FileDescriptor second = Connected();
  const FileDescriptor third = Connected();
  Send(first, Post("/begun/bell", "1"));
  Send(second, Post("/begun/second-bell", "2"));
  AwaitBegun(2);
  Send(third, Post("/begun", "3"));
  EXPECT_TRUE(Answers(third, "begun 3"));
  application_.second_bell.Ring();
  EXPECT_TRUE(Answers(second, "rung 2"));
  application_.bell.Ring();
  EXPECT_TRUE(Answers(first, "rung 1"));
}

// In how many pieces a request comes, and how many at a time, is the client's affair.
TEST_F(HttpBeginning, RequestsComeInPiecesAndInSwarms) {
  Open();
  const FileDescriptor socket = Connected();
  const std::string request = Post("/begun", "body");
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Send(socket, std::string_view(request).substr(0, cut));
    std::this_thread::yield();
    Send(socket, std::string_view(request).substr(cut));
    ASSERT_TRUE(Answers(socket, "begun body")) << cut;
  }
  constexpr int kSwarm = 2000;
  std::string swarm;
  for (int i = 0; i < kSwarm; ++i) swarm += Post(i % 7 == 3 ? "/else" : "/begun", std::to_string(i));
  std::thread sender([&] { Send(socket, swarm); });
  const std::string answers = Receive(socket, " " + std::to_string(kSwarm - 1));
  sender.join();
  std::size_t at = 0;
  for (int i = 0; i < kSwarm; ++i) {  // a thread that has a connection goes on with what has come on it
    const std::string last = " " + std::to_string(i);
    at = std::min(answers.find("\r\n\r\nhandled" + last, at), answers.find("\r\n\r\nbegun" + last, at));
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HttpBeginning, ARequestDuringAnotherIsAnsweredAfterIt) {
  Open();
  const FileDescriptor socket = Connected();
  Send(socket, Post("/begun/bell", "first"));
  AwaitBegun(1);
  Send(socket, Post("/begun", "second"));
  application_.bell.Ring();
  EXPECT_TRUE(Answers(socket, "begun second"));
}

TEST_F(HttpBeginning, WhatIsLargeIsTakenAndSentWhole) {
  Open();
  const FileDescriptor socket = Connected();
  const std::string body(5'000'000, 'y');
  std::thread sender([&] { Send(socket, Post("/begun", body)); });
  EXPECT_TRUE(Answers(socket, "handled " + body));
  sender.join();
  EXPECT_EQ(application_.begun, 0) << "it is received by a thread of its own";
  Send(socket, Post("/begun/large", ""));
  AwaitBegun(1);
  EXPECT_TRUE(Answers(socket, std::string(Application::kLarge, 'x')));
  Send(socket, Post("/begun", "more"));
  EXPECT_TRUE(Answers(socket, "begun more"));
}

TEST_F(HttpBeginning, OneThatIsLateGoesToAThread) {
  Open();
  application_.due = Clock::now() + std::chrono::milliseconds(50);
  const FileDescriptor socket = Connected();
  Send(socket, Post("/begun/bell", ""));
  EXPECT_TRUE(Answers(socket, "late"));
}

TEST_F(HttpBeginning, AClientThatLeavesIsForgottenAfterItsAnswer) {
  Open();
  {
    const FileDescriptor socket = Connected();
    Send(socket, Post("/begun/bell", "nobody's"));
    AwaitBegun(1);
  }
  application_.bell.Ring();
  const FileDescriptor socket = Connected();
  Send(socket, Post("/begun", "next"));
  EXPECT_TRUE(Answers(socket, "begun next"));
  EXPECT_TRUE(server_->Stop(std::chrono::minutes(1)));
}

TEST_F(HttpBeginning, StoppingWaitsForWhatHasBegun) {
  Open();
  const FileDescriptor idle = Connected();
  Send(idle, Post("/begun", "1"));
  EXPECT_TRUE(Answers(idle, "begun 1"));
  const FileDescriptor busy = Connected();
  Send(busy, Post("/begun/bell", "whole"));
  AwaitBegun(2);
  EXPECT_FALSE(server_->Stop(std::chrono::milliseconds(0)));
  EXPECT_EQ(Receive(idle), "");
  application_.bell.Ring();
  EXPECT_TRUE(server_->Stop(std::chrono::minutes(1)));
}

TEST_F(HttpBeginning, WhatThrowsEndsItsConnectionAlone) {
  Open();
  const FileDescriptor other = Connected();
  const FileDescriptor socket = Connected();
  Send(socket, Post("/begun/throws", ""));
  EXPECT_EQ(Receive(socket), "");
  Send(other, Post("/begun", "on"));
  EXPECT_TRUE(Answers(other, "begun on"));
}

TEST_F(HttpBeginning, TheClientsWishToCloseIsHeard) {
  Open();
  const FileDescriptor socket = Connected();
  Send(socket, Post("/begun", "last", "Connection: close\r\n"));
  EXPECT_TRUE(Receive(socket).ends_with("\r\n\r\nbegun last"));
}

TEST_F(HttpBeginning, WhoIsTooSlowIsCutOff) {
  Open({.idle = std::chrono::milliseconds(100),
        .head = std::chrono::milliseconds(100),
        .body = std::chrono::milliseconds(100)});
  const FileDescriptor head = Connected();
  Send(head, "POST /begun HTTP/1.1\r\n");
  EXPECT_TRUE(Receive(head).starts_with("HTTP/1.1 408 "));
  const FileDescriptor body = Connected();
  Send(body, "POST /begun HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n123");
  EXPECT_TRUE(Receive(body).starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(application_.begun, 0);
}

TEST_F(HttpBeginning, ManyConnectionsAtATimeMixWhatTheyAsk) {
  Open();
  constexpr int kClients = 16;
  constexpr int kRequests = 300;
  std::atomic<bool> done{false};
  std::thread ringer([&] {
    while (!done) {
      application_.bell.Ring();
      application_.second_bell.Ring();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> clients;
  clients.reserve(kClients);
  std::atomic<int> right{0};
  std::mutex ringing;  // a bell is for one at a time
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      const FileDescriptor socket = Connected();
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = std::to_string(client) + "." + std::to_string(i);
        std::unique_lock lock(ringing, std::defer_lock);
        const int kind = (client + i) % 4;
        if (kind == 1) lock.lock();
        constexpr const char* kTargets[] = {"/begun", "/begun/bell", "/begun/waits", "/else"};
        constexpr const char* kAnswers[] = {"begun ", "rung ", "waited ", "handled "};
        Send(socket, Post(kTargets[kind], body));
        if (Answers(socket, kAnswers[kind] + body)) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  done = true;
  ringer.join();
  EXPECT_EQ(right, kClients * kRequests);
}

}  // namespace
}  // namespace tandem::host
