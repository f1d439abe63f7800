// The HTTP server, with clients that are sockets.

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <barrier>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/http/server.h"
#include "tests/host/http_client.h"
#include "tests/lib/hang_guard.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

using test::GuardAgainstHang;
using workers::FileDescriptor;

constexpr std::size_t kLargestBody = 100'000;

// Answers with what it was sent.
class Echo : public HttpApplication {
 public:
  std::size_t LargestBody(const HttpRequest&) override { return kLargestBody; }
  HttpResponse Handle(const HttpRequest& request) override {
    ++handled;
    HttpResponse response;
    response.body = request.body;
    response.headers.emplace_back("X-Asked", request.target + " of " + std::string(HeaderOf(request.headers, "Host")));
    if (request.target == "/stream") {
      response.stream = [](const HttpBodyWriter& write) {
        for (const std::string_view part : {"one", "", "two"}) write(part);
      };
    }
    if (request.target == "/endless") {
      response.stream = [](const HttpBodyWriter& write) {
        const std::string part(std::size_t{1} << 20, 'x');
        while (write(part)) {
        }
      };
    }
    if (request.target == "/header") response.headers.emplace_back("X-From", "a\r\nX-Planted: b\nc");
    if (request.target == "/wait") wait.arrive_and_wait();
    return response;
  }
  HttpResponse Refuse(HttpRefusal refusal, const HttpRequest&) override {
    HttpResponse response;
    response.status = refusal == HttpRefusal::kBodyTooLarge         ? 413
                      : refusal == HttpRefusal::kTooSlow            ? 408
                      : refusal == HttpRefusal::kUnknownExpectation ? 417
                                                                    : 400;
    return response;
  }

  std::atomic<int> handled{0};
  std::barrier<> wait{2};
};

class HttpServing : public testing::Test {
 protected:
  void Open(HttpLimits limits = {}) {
    GuardAgainstHang("the HTTP server");
    auto opened = HttpServer::Open("127.0.0.1:0", limits);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    server_ = std::move(*opened);
    ASSERT_TRUE(server_->Start(echo_).ok());
  }

  Echo echo_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServing, RequestsOfManyConnectionsAreAnswered) {
  Open();
  constexpr int kClients = 8;
  constexpr int kRequests = 200;
  std::vector<std::thread> clients;
  clients.reserve(kClients);
  std::atomic<int> right{0};
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      const FileDescriptor socket = Connect(*server_);
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = "<" + std::to_string(client) + "." + std::to_string(i) + ">";
        Send(socket, Post("/", body));
        if (Receive(socket, body).ends_with("\r\n\r\n" + body)) ++right;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, kClients * kRequests);
}

TEST_F(HttpServing, AResponseComesInChunks) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  Send(socket, Post("/stream", "", "Connection: close\r\n"));
  EXPECT_TRUE(Receive(socket).ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

// RFC 9112, 7: only those that know chunks get them.
TEST_F(HttpServing, AnOlderClientGetsAStreamUpToItsEnd) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  Send(socket, "POST /stream HTTP/1.0\r\n\r\n");
  const std::string answer = Receive(socket);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo")) << answer;
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
}

// RFC 9112, 2.2.
TEST_F(HttpServing, EmptyLinesBeforeARequestAreNobodys) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  for (const std::string_view empty : {"\r\n", "\r\n\r\n", "\n"}) {
    Send(socket, std::string(empty) + Post("/", "again"));
    EXPECT_TRUE(Receive(socket, "\r\n\r\nagain").starts_with("HTTP/1.1 200 "));
  }
  Send(socket, Post("/", "first") + "\r\n" + Post("/", "second", "Connection: close\r\n"));
  EXPECT_TRUE(Receive(socket).ends_with("\r\n\r\nsecond"));
  EXPECT_EQ(echo_.handled, 5);
}

// RFC 9112, 3.2.
TEST_F(HttpServing, ARequestHasOneHost) {
  Open();
  for (const std::string_view hosts : {"", "Host: a\r\nHost: a\r\n"}) {
    const FileDescriptor socket = Connect(*server_);
    Send(socket, "POST / HTTP/1.1\r\n" + std::string(hosts) + "Content-Length: 1\r\n\r\n1");
    EXPECT_TRUE(Receive(socket).starts_with("HTTP/1.1 400 ")) << hosts;
  }
  EXPECT_EQ(echo_.handled, 0);
}

// RFC 9112, 3.2.2.
TEST_F(HttpServing, ATargetMayHaveItsHost) {
  Open();
  for (const auto& [target, asked] :
       {std::pair("http://a.b:1/stream", "/stream of a.b:1"), std::pair("HTTPS://a.b:1", "/ of a.b:1"),
        std::pair("http://a.b:1?q=/x", "/?q=/x of a.b:1"), std::pair("/http://c/", "/http://c/ of localhost")}) {
    const FileDescriptor socket = Connect(*server_);
    Send(socket, Post(target, "", "Connection: close\r\n"));
    const std::string answer = Receive(socket);
    EXPECT_NE(answer.find("\r\nX-Asked: " + std::string(asked) + "\r\n"), std::string::npos) << target << answer;
  }
}

// RFC 9110, 10.1.1.
TEST_F(HttpServing, AnUnknownExpectationIsRefused) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  Send(socket, Post("/", "1", "Expect: banana\r\n"));
  EXPECT_TRUE(Receive(socket).starts_with("HTTP/1.1 417 "));
  const FileDescriptor known = Connect(*server_);
  Send(known, Post("/", "1", "Expect: 100-Continue\r\nConnection: close\r\n"));
  EXPECT_TRUE(Receive(known).starts_with("HTTP/1.1 100 "));
  EXPECT_EQ(echo_.handled, 1);
}

TEST_F(HttpServing, AHeadersValueIsOneLine) {
  Open();
  const FileDescriptor socket = Connect(*server_);
  Send(socket, Post("/header", "body"));
  const std::string answer = Receive(socket, "body");
  EXPECT_NE(answer.find("\r\nX-From: a  X-Planted: b c\r\n"), std::string::npos) << answer;
}

TEST_F(HttpServing, BodiesAreBounded) {
  Open();
  const FileDescriptor good = Connect(*server_);
  Send(good, Post("/", std::string(kLargestBody, 'x'), "Connection: close\r\n"));
  EXPECT_TRUE(Receive(good).starts_with("HTTP/1.1 200 "));
  const FileDescriptor bad = Connect(*server_);
  Send(bad, Post("/", std::string(kLargestBody + 1, 'x')));
  EXPECT_TRUE(Receive(bad).starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(echo_.handled, 1);
}

TEST_F(HttpServing, WhoIsTooSlowIsCutOff) {
  Open({.idle = std::chrono::milliseconds(100),
        .head = std::chrono::milliseconds(100),
        .body = std::chrono::milliseconds(100)});
  const FileDescriptor idle = Connect(*server_);
  EXPECT_EQ(Receive(idle), "");
  const FileDescriptor head = Connect(*server_);
  Send(head, "POST / HTTP/1.1\r\n");
  EXPECT_TRUE(Receive(head).starts_with("HTTP/1.1 408 "));
  const FileDescriptor body = Connect(*server_);
  Send(body, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n123");
  EXPECT_TRUE(Receive(body).starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(echo_.handled, 0);
}

// Nor does it help to send a little now and then.
TEST_F(HttpServing, WhoIsSlowWithoutAPauseIsCutOff) {
  constexpr int kBytes = 3000;
  Open({.head = std::chrono::milliseconds(200), .body = std::chrono::milliseconds(200)});
  for (const std::string& begin :
       {std::string("POST / HTTP/1.1\r\nX-Long: "),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n"}) {
    const FileDescriptor socket = Connect(*server_);
    Send(socket, begin);
    pollfd answer{socket.get(), POLLIN, 0};
    for (int i = 0; i < kBytes && poll(&answer, 1, 10) == 0; ++i) Send(socket, "x");
    EXPECT_TRUE(Receive(socket).starts_with("HTTP/1.1 408 "));
  }
  EXPECT_EQ(echo_.handled, 0);
}

TEST_F(HttpServing, ANewConnectionTakesThePlaceOfAnIdleOne) {
  Open({.most_connections = 2});
  const FileDescriptor idle = Connect(*server_);
  Send(idle, Post("/", "1"));
  Receive(idle, "\r\n\r\n1");
  const FileDescriptor busy = Connect(*server_);
  Send(busy, Post("/wait", "2", "Connection: close\r\n"));
  while (echo_.handled < 2) std::this_thread::yield();
  const FileDescriptor third = Connect(*server_);
  Send(third, Post("/", "3"));
  EXPECT_TRUE(Receive(third, "\r\n\r\n3").ends_with("\r\n\r\n3"));
  EXPECT_EQ(Receive(idle), "");
  echo_.wait.arrive_and_wait();
  EXPECT_TRUE(Receive(busy).ends_with("\r\n\r\n2"));
}

// Nobody is shut out by clients that send no more, or take no more.
TEST_F(HttpServing, ANewConnectionTakesThePlaceOfASlowOne) {
  Open({.most_connections = 2,
        .grace = std::chrono::milliseconds(0),
        .head = std::chrono::hours(1),
        .body = std::chrono::hours(1),
        .write = std::chrono::hours(1)});
  for (const std::string& begin :
       {std::string("POST / HTTP/1.1\r\nHost: a"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1"), Post("/endless", "")}) {
    const FileDescriptor first = Connect(*server_);
    const FileDescriptor second = Connect(*server_);
    Send(first, begin);
    Send(second, begin);
    const FileDescriptor third = Connect(*server_);
    Send(third, Post("/", "3"));
    EXPECT_TRUE(Receive(third, "\r\n\r\n3").ends_with("\r\n\r\n3")) << begin;
  }
}

// Those that there is room for are left alone.
TEST_F(HttpServing, NoConnectionGoesWhileNobodyWaits) {
  Open({.most_connections = 2});
  const FileDescriptor first = Connect(*server_);
  const FileDescriptor second = Connect(*server_);
  for (const FileDescriptor* socket : {&first, &second, &first, &second}) {
    Send(*socket, Post("/", "again"));
    EXPECT_TRUE(Receive(*socket, "\r\n\r\nagain").ends_with("\r\n\r\nagain"));
  }
}

TEST_F(HttpServing, StoppingWaitsForAnswersAndClosesWhatIsIdle) {
  Open();
  const FileDescriptor idle = Connect(*server_);
  Send(idle, Post("/", "1"));
  Receive(idle, "\r\n\r\n1");
  const FileDescriptor busy = Connect(*server_);
  Send(busy, Post("/wait", "whole"));
  while (echo_.handled < 2) std::this_thread::yield();
  EXPECT_FALSE(server_->Stop(std::chrono::milliseconds(0)));
  EXPECT_EQ(Receive(idle), "");
  echo_.wait.arrive_and_wait();
  EXPECT_TRUE(server_->Stop(std::chrono::minutes(1)));
}

TEST_F(HttpServing, AnAddressThatIsNoneIsRefused) {
  for (const char* address : {"", "9001", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
                              "[::1]", "host.example:80", "127.0.0.1:1 "}) {
    const auto opened = HttpServer::Open(address);
    EXPECT_EQ(opened.status().code(), Code::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace tandem::host
